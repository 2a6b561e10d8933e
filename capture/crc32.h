// CRC-32 as Ethernet and zip use it; a STUN fingerprint is made of it (RFC 8489 section 14.7).
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

uint32_t crc32_of(std::string_view bytes);

}  // namespace sipladder
