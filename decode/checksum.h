// The checksum of UDP (RFC 768, RFC 8200 8.1), for those who ask: nothing is refused for it here,
// since a capture on the sending host shows packets before the card has filled it in.
#pragma once

#include <cstddef>
#include <cstdint>

#include "decode/address.h"

namespace sipladder {

enum class Checksum : uint8_t { unknown, right, wrong };  // unknown: not looked at, or not used

// `datagram` is the UDP header with all of its payload, `size` bytes of at least 8.
Checksum udp_checksum(const IpAddress& src, const IpAddress& dst, const uint8_t* datagram,
                      size_t size);

}  // namespace sipladder
