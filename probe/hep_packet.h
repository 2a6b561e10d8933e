// Writes one HEPv3 packet (github.com/sipcapture/HEP, "HEP/EEP Network Protocol Specification, rev.
// 14").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "decode/datagram.h"

namespace sipladder {

enum class HepContent : uint8_t { sip = 1, rtcp = 5 };

struct HepStamp {
  uint32_t capture_id = 0;
  std::string key;  // authentication key; empty: none
};

inline constexpr size_t kMostHepPacket = 65'000;  // bytes; fits a UDP datagram

// Empty when the payload does not fit, or an address is not known.
std::string hep_packet(const Datagram& datagram, HepContent content, const HepStamp& stamp);

}  // namespace sipladder
