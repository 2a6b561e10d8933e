// What a sender of SRTP makes of its packets (RFC 3711, RFC 7714), written apart from what reads
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder::build {

// `key`: master key and salt in base64, as in a=crypto; `mki`: bytes between packet and tag. A
// suite whose name is not known leaves the packet as it is.
std::string protect_rtp(std::string_view suite, const std::string& key, const std::string& mki,
                        const std::string& packet, uint32_t rollover);
// `index`: of RFC 3711 3.4.
std::string protect_rtcp(std::string_view suite, const std::string& key, const std::string& packet,
                         uint32_t index);

}  // namespace sipladder::build
