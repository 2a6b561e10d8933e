// Adapts checksums to changes of the bytes that they sum up (RFC 1624): a right checksum stays
// right and a wrong one stays wrong, also in packets that the snap length has cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sipladder {

class ChecksumChange {
 public:
  // `before` and `after`: the same bytes before and after the change. The first one must be at an
  // even offset of what is summed up.
  void add(std::span<const uint8_t> before, std::span<const uint8_t> after);
  // Changes the big-endian checksum at `field`. `udp`: 0 means that there is no checksum; it stays,
  // and is never the result (RFC 768).
  void apply(uint8_t* field, bool udp) const;

 private:
  uint64_t sum_ = 0;
};

// The CRC32c of a whole SCTP packet (RFC 9260 6.8) has to be computed again. It is written to `now`
// only when it was right in `before`.
void update_crc32c(std::span<const uint8_t> before, std::span<uint8_t> now);

}  // namespace sipladder
