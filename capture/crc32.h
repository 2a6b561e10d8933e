// The checksum of Ethernet and zip that a STUN fingerprint is made of (RFC 8489 14.7).
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

uint32_t crc32_of(std::string_view bytes);

}  // namespace sipladder
