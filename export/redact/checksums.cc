#include "export/redact/checksums.h"

#include "decode/bytes.h"

namespace sipladder {

void ChecksumChange::add(std::span<const uint8_t> before, std::span<const uint8_t> after) {
  const auto word = [](std::span<const uint8_t> bytes, size_t at) {
    const uint16_t high = bytes[at];
    const uint16_t low = at + 1 < bytes.size() ? bytes[at + 1] : uint16_t{0};
    return static_cast<uint16_t>(high << 8 | low);
  };
  for (size_t at = 0; at < before.size() && at < after.size(); at += 2) {
    sum_ += static_cast<uint16_t>(~word(before, at));
    sum_ += word(after, at);
  }
}

void ChecksumChange::apply(uint8_t* field, bool udp) const {
  const uint16_t old = be16(field);
  if (udp && old == 0) return;
  uint64_t sum = sum_ + static_cast<uint16_t>(~old);
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  auto result = static_cast<uint16_t>(~sum);
  if (udp && result == 0) result = 0xFFFF;
  field[0] = static_cast<uint8_t>(result >> 8);
  field[1] = static_cast<uint8_t>(result);
}

namespace {

// The CRC32c of the packet, with the four bytes of the checksum field counted as zeros.
uint32_t crc32c_of(std::span<const uint8_t> packet, size_t field) {
  constexpr uint32_t kPolynomial = 0x82F63B78;
  uint32_t crc = ~0U;
  for (size_t i = 0; i < packet.size(); i++) {
    crc ^= i >= field && i < field + 4 ? 0U : packet[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
  }
  return ~crc;
}

}  // namespace

void update_crc32c(std::span<const uint8_t> before, std::span<uint8_t> now) {
  constexpr size_t kField = 8, kHeader = 12;
  if (before.size() < kHeader || now.size() != before.size()) return;
  const uint32_t was = crc32c_of(before, kField), is = crc32c_of(now, kField);
  for (size_t i = 0; i < 4; i++) {
    if (before[kField + i] != static_cast<uint8_t>(was >> 8 * i)) return;
  }
  for (size_t i = 0; i < 4; i++) now[kField + i] = static_cast<uint8_t>(is >> 8 * i);
}

}  // namespace sipladder
