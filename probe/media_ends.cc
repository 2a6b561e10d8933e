#include "probe/media_ends.h"

#include <algorithm>

#include "decode/sdp.h"
#include "probe/packet_ends.h"

namespace sipladder {

void MediaEnds::add(const Endpoint& end, int64_t now_ns) {
  ends_.add(key_of(end), now_ns);
}

bool MediaEnds::holds(const Endpoint& end, int64_t now_ns) {
  return ends_.holds(key_of(end), now_ns);
}

void MediaEnds::add_both(const IpAddress& named, const IpAddress& sender, uint32_t port,
                         int64_t now_ns) {
  if (port == 0 || port > UINT16_MAX) return;
  if (named.family != 0) add({named, static_cast<uint16_t>(port)}, now_ns);
  if (named != sender) add({sender, static_cast<uint16_t>(port)}, now_ns);
}

void MediaEnds::learn(const Datagram& datagram, const SipIndex& sip) {
  const std::string_view body = find_sdp(sip);
  if (!body.empty()) learn_sdp(datagram, body);
}

void MediaEnds::learn_sdp(const Datagram& datagram, std::string_view body) {
  const Sdp sdp = parse_sdp(body);
  const int64_t now_ns = datagram.time_ns;
  for (const SdpMedia& media : sdp.media) {
    if (media.port == 0) continue;
    const IpAddress named = parse_ip(media.address).value_or(IpAddress());
    const uint32_t rtcp = media.rtcp_port ? uint32_t{*media.rtcp_port} : media.port + 1U;
    add_both(named, datagram.src.ip, media.port, now_ns);
    // An offer of RTCP on the port of RTP (rtcp-mux) may be declined: RTCP then has its own port.
    add_both(named, datagram.src.ip, rtcp, now_ns);
    const size_t count = std::min(media.candidates.size(), kMostCandidates);
    for (size_t i = 0; i < count; i++) {
      if (const auto candidate = parse_candidate(media.candidates[i]))
        add_both(candidate->endpoint.ip, datagram.src.ip, candidate->endpoint.port, now_ns);
    }
  }
}

}  // namespace sipladder
