#include "decode/checksum.h"

#include "decode/bytes.h"

namespace sipladder {
namespace {

uint64_t sum_of(const uint8_t* bytes, size_t size) {
  uint64_t sum = 0;
  for (size_t i = 0; i + 1 < size; i += 2) sum += be16(bytes + i);
  return size % 2 == 0 ? sum : sum + (uint64_t{bytes[size - 1]} << 8);
}

}  // namespace

Checksum udp_checksum(const IpAddress& src, const IpAddress& dst, const uint8_t* datagram,
                      size_t size) {
  constexpr uint64_t kUdp = 17;
  if (be16(datagram + 6) == 0) return Checksum::unknown;
  const size_t address = src.family == 4 ? 4 : 16;
  uint64_t sum = sum_of(src.bytes.data(), address) + sum_of(dst.bytes.data(), address) + kUdp +
                 size + sum_of(datagram, size);
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return sum == 0xFFFF ? Checksum::right : Checksum::wrong;
}

}  // namespace sipladder
