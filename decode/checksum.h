// The checksum of UDP (RFC 768, RFC 8200 section 8.1). No packet is refused for a wrong one, since
// a capture on the sending host shows packets before the network card fills the checksum in.
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
