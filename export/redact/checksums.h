// Checksums that follow a change of what they sum up (RFC 1624): right ones stay right, wrong ones
// wrong, also of packets that the snap length has cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sipladder {

class ChecksumChange {
 public:
  // The same 16-bit words before and after; the first byte stands at an even place of the sum.
  void add(std::span<const uint8_t> before, std::span<const uint8_t> after);
  // Big-endian at `field`; `udp`: 0 means that there is none, and is never the result.
  void apply(uint8_t* field, bool udp) const;

 private:
  uint64_t sum_ = 0;
};

// Of a whole SCTP packet (RFC 9260 6.8), which has to be summed up again: a right one stays right.
void update_crc32c(std::span<const uint8_t> before, std::span<uint8_t> now);

}  // namespace sipladder
