// One small call with its media, before it is put into packets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sipladder::build {

inline constexpr int64_t kCallStartNs = 1'700'000'000'000'000'000;
inline constexpr int64_t kMillisecond = 1'000'000;

struct Party {
  std::string name, address;
  uint16_t sip_port, rtp_port;
  uint32_t ssrc;

  bool is_ipv6() const { return address.find(':') != std::string::npos; }
  std::string host() const { return is_ipv6() ? "[" + address + "]" : address; }
};
using Parties = std::array<Party, 2>;  // caller, callee
inline const Parties kIpv4 = {
    {{"alice", "192.0.2.101", 5062, 4000, 0xA11CE}, {"bob", "198.51.100.7", 5060, 6000, 0xB0B}}};
inline const Parties kIpv6 = {
    {{"alice", "2001:db8::101", 5062, 4000, 0xA11CE}, {"bob", "2001:db8:1::7", 5060, 6000, 0xB0B}}};

struct Sent {  // one datagram, or one message of a stream
  int64_t time_ns;
  size_t from;  // index into Parties
  bool is_media;
  std::string payload;
};
struct Call {
  Parties parties;
  std::vector<Sent> sent;
};

// In the order of time. `via`: the transport that Via names.
Call make_call(const Parties& parties, const std::string& via = "UDP");

}  // namespace sipladder::build
