// audio-address-family: one SDP names an IPv4 address, the other IPv6, without ICE or ANAT, and no
// media flows.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_address_family {
namespace {

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  add_negotiation_evidence(context, finding);
  const bool both =
      context.audio.direction(opposite(direction.from)).verdict.fault == direction.verdict.fault;
  finding->summary =
      fmt::format("{}: one side's SDP names an IPv4 address, the other's IPv6",
                  both ? "nobody hears anything" : hears_nothing(context, direction));
  finding->explanation = "Neither side can send to the other's address family.";
  finding->remedy = "Anchor the media in a relay that has both families (rtpengine), or use ICE.";
  finding->rfc = "RFC 6157 3";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::address_family, detector, out, describe);
}
const Detector detector("audio-address-family", Severity::error,
                        "an IP4 offer answered with IP6 or the reverse, without ICE", check);

}  // namespace
}  // namespace sipladder::audio_address_family
