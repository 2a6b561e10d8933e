// audio-not-latched: a party behind a NAT sends from elsewhere than its SDP says, and the other
// side keeps sending to the address in the SDP. Not when RTCP reports that the audio arrives, or
// when that address is seen as a source.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_not_latched {
namespace {

bool is_named_by(const CallContext& context, Party author, EndpointId endpoint) {
  const auto& audio_sdps = context.audio.negotiation.audio_sdps;
  return std::any_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& audio_sdp) {
    return audio_sdp.author == author && audio_sdp.address == context.model.endpoints[endpoint];
  });
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  const StreamRecord& heard =
      context.model.streams[direction.verdict.proven<SourceProof>().heard_from];
  const std::string_view listener = other_party(direction.from);
  const bool named = direction.verdict.lost_from_ns == 0;
  const bool by_address = is_named_by(context, opposite(direction.from), stream.dst);
  finding->evidence.push_back(heard.first_frame);
  finding->confidence = Confidence::likely;
  finding->summary =
      fmt::format("{}: {} keeps sending to {}, {}, while the {}'s RTP comes from {} (frame {}); {}",
                  hears_nothing(context, direction), ip_text(context, stream.src),
                  endpoint_text(context, stream.dst),
                  !named       ? "where it came from before"
                  : by_address ? fmt::format("the address in the {}'s SDP", listener)
                               : fmt::format("the port in the {}'s SDP at its NAT", listener),
                  listener, endpoint_text(context, heard.src), heard.first_frame,
                  lost_text(context, direction));
  const bool same_host =
      context.model.endpoints[stream.dst].ip == context.model.endpoints[heard.src].ip;
  finding->explanation = fmt::format(
      "The {} is behind a NAT that gave its media another public address or port {}: packets to "
      "the old one are dropped there.",
      listener,
      !named      ? "in mid-call (a binding that expired, a restart, a changed uplink)"
      : same_host ? "than the one in its SDP. It is a symmetric NAT: each destination sees another "
                    "port, and the one that STUN or rport showed is good for that server only"
                  : "than the one in its SDP (a stale external address, several uplinks)");
  finding->remedy =
      "Let the sender answer to the source it sees (symmetric RTP, comedia: Asterisk "
      "rtp_symmetric=yes, FreeSWITCH auto-adjust), anchor the media (rtpengine), or use TURN or "
      "ICE.";
  finding->rfc = "RFC 4961 3";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::not_latched, detector, out, describe);
}
const Detector detector("audio-not-latched", Severity::error,
                        "a party's RTP comes from another public address than its SDP says, and "
                        "the peer keeps sending to the SDP",
                        check);

}  // namespace
}  // namespace sipladder::audio_not_latched
