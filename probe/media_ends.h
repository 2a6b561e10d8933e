// The addresses and ports to which media goes, as the SDP of calls and the control of media relays
// say: those of RTP, RTCP and ICE candidates.
//
// Behind a NAT, or in a cloud, packets have another address than SDP says. So each port also counts
// with the address from which the SIP message came. Times are those of packets. Bounds:
// kMostMediaEnds, kMostCandidates. Threads: one.
#pragma once

#include "decode/datagram.h"
#include "decode/sip_message.h"
#include "probe/recent_set.h"

namespace sipladder {

inline constexpr size_t kMostMediaEnds = 1 << 20;
inline constexpr size_t kMostCandidates = 32;  // that are taken of an m= line
inline constexpr int64_t kMediaLifeNs = int64_t{3600} * 1'000'000'000;

class MediaEnds {
 public:
  void learn(const Datagram& datagram, const SipIndex& sip);
  void learn_sdp(const Datagram& datagram, std::string_view body);
  void add(const Endpoint& end, int64_t now_ns);
  bool holds(const Endpoint& end, int64_t now_ns);
  size_t size() const { return ends_.size(); }
  uint64_t forgotten() const { return ends_.forgotten(); }  // for lack of room

 private:
  void add_both(const IpAddress& named, const IpAddress& sender, uint32_t port, int64_t now_ns);

  RecentSet ends_{kMostMediaEnds, kMediaLifeNs};
};

}  // namespace sipladder
