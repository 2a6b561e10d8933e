// Encrypts packets as a sender of SRTP does (RFC 3711, RFC 7714). It shares no code with the
// program, so that tests compare two implementations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder::build {

// `key`: master key and salt in base64, as in a=crypto; `mki`: bytes between packet and tag. A
// suite whose name is not known leaves the packet as it is.
std::string protect_rtp(std::string_view suite, const std::string& key, const std::string& mki,
                        const std::string& packet, uint32_t rollover);
// `index`: the SRTCP index (RFC 3711 3.4).
std::string protect_rtcp(std::string_view suite, const std::string& key, const std::string& packet,
                         uint32_t index);

}  // namespace sipladder::build
