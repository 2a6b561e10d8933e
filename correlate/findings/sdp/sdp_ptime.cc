// sdp-ptime: a packet length that the codec cannot fill with whole frames (warning), or two parties
// that ask each other for different ones (info).
#include <fmt/format.h>

#include <cmath>

#include "correlate/findings/shared/support.h"

namespace sipladder::sdp_ptime {
namespace {

extern const Detector detector;

bool fits(const SdpStand& stand) {
  if (!stand.ptime_ms || stand.frame_ms == 0) return true;
  return *stand.ptime_ms > 0 && std::fmod(*stand.ptime_ms, stand.frame_ms) < 0.5;
}

bool check_frames(CallContext& context, CallAnalysis* out) {
  for (const SdpStand& stand : context.audio.negotiation.stands) {
    if (fits(stand)) continue;
    Finding finding = finding_of(context, detector);
    finding.message = stand.message;
    finding.evidence = {context.message(stand.message).frame};
    finding.summary =
        fmt::format("the {} asks for packets of {:.0f} ms, its first codec has frames of {:.0f} ms",
                    party_text(stand.author), *stand.ptime_ms, stand.frame_ms);
    finding.explanation = "No packet of this length can be made; stacks round up, down, or refuse.";
    finding.remedy = "Set a ptime that is a multiple of the codec's frame.";
    finding.rfc = "RFC 3551 4.2";
    report(out, std::move(finding));
    return true;
  }
  return false;
}

void check(CallContext& context, CallAnalysis* out) {
  if (check_frames(context, out)) return;
  const Negotiation& negotiation = context.audio.negotiation;
  for (const OfferAnswer& pair : negotiation.pairs) {
    const SdpStand& offer = negotiation.stands[pair.offer];
    const SdpStand& answer = negotiation.stands[pair.answer];
    if (!offer.ptime_ms || !answer.ptime_ms || *offer.ptime_ms == *answer.ptime_ms) continue;
    Finding finding = finding_of(context, detector);
    finding.severity = Severity::info;
    finding.message = answer.message;
    finding.evidence = {context.message(offer.message).frame,
                        context.message(answer.message).frame};
    finding.summary = fmt::format("the {} asks for packets of {:.0f} ms, the {} for {:.0f} ms",
                                  party_text(offer.author), *offer.ptime_ms,
                                  party_text(answer.author), *answer.ptime_ms);
    finding.explanation = "Each should send what the other asked for; some send what they like.";
    finding.remedy = "Set the same ptime on both sides if the audio is choppy.";
    finding.rfc = "RFC 8866 6.4";
    return report(out, std::move(finding));
  }
}

const Detector detector("sdp-ptime", Severity::warning,
                        "a ptime that the codec cannot fill, or that differs between the parties",
                        check);

}  // namespace
}  // namespace sipladder::sdp_ptime
