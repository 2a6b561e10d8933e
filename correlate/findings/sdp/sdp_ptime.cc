// sdp-ptime: a packet length that the codec cannot fill with whole frames (warning), or two parties
// that ask each other for different ones (info).
#include <fmt/format.h>

#include <cmath>

#include "correlate/findings/shared/support.h"

namespace sipladder::sdp_ptime {
namespace {

extern const Detector detector;

bool fits(const AudioSdp& audio_sdp) {
  if (!audio_sdp.ptime_ms || audio_sdp.frame_ms == 0) return true;
  return *audio_sdp.ptime_ms > 0 && std::fmod(*audio_sdp.ptime_ms, audio_sdp.frame_ms) < 0.5;
}

bool check_frames(CallContext& context, CallAnalysis* out) {
  for (const AudioSdp& audio_sdp : context.audio.negotiation.audio_sdps) {
    if (fits(audio_sdp)) continue;
    Finding finding = finding_of(context, detector);
    finding.message = audio_sdp.message;
    finding.evidence = {context.message(audio_sdp.message).frame};
    finding.summary =
        fmt::format("the {} asks for packets of {:.0f} ms, its first codec has frames of {:.0f} ms",
                    party_text(audio_sdp.author), *audio_sdp.ptime_ms, audio_sdp.frame_ms);
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
    const AudioSdp& offer = negotiation.audio_sdps[pair.offer];
    const AudioSdp& answer = negotiation.audio_sdps[pair.answer];
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
