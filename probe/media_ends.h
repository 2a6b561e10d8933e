// Where the SDP of calls, and the control of media relays, says that media goes: addresses and
// ports, with those of RTCP and of ICE.
//
// An address that a NAT or a cloud hides is not what packets have: the port counts with the address
// that the SIP message came from, too. Bounds: kMostMediaEnds, and what an SDP may name.
#pragma once

#include "decode/datagram.h"
#include "decode/sip_message.h"
#include "probe/recent_set.h"

namespace sipladder {

inline constexpr size_t kMostMediaEnds = 1 << 20;
inline constexpr size_t kMostCandidates = 32;  // of an m= line
inline constexpr int64_t kMediaLifeNs = int64_t{3600} * 1'000'000'000;

class MediaEnds {
 public:
  void learn(const Datagram& datagram, const SipIndex& sip);
  void learn_sdp(const Datagram& datagram, std::string_view body);
  void add(const Endpoint& end, int64_t now_ns);
  bool holds(const Endpoint& end, int64_t now_ns);
  size_t size() const { return ends_.size(); }
  uint64_t forgotten() const { return ends_.forgotten(); }

 private:
  void add_both(const IpAddress& named, const IpAddress& sender, uint32_t port, int64_t now_ns);

  RecentSet ends_{kMostMediaEnds, kMediaLifeNs};
};

}  // namespace sipladder
