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

}  // namespace sipladder
