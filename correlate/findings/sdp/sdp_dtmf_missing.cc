// sdp-dtmf-missing: only one side knows telephone-event, so digits must go in the audio or by INFO.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::sdp_dtmf_missing {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  if (context.audio.negotiation.pairs.empty()) return;
  const OfferAnswer& pair = context.audio.negotiation.pairs.back();
  const AudioSdp& offer = context.audio.negotiation.audio_sdps[pair.offer];
  const AudioSdp& answer = context.audio.negotiation.audio_sdps[pair.answer];
  if (!offer.usable || !answer.usable) return;
  if (offer.telephone_event == answer.telephone_event) return;
  Finding finding = finding_of(context, detector);
  finding.message = answer.message;
  finding.evidence = {context.message(offer.message).frame, context.message(answer.message).frame};
  finding.summary =
      fmt::format("only the {} knows telephone-event",
                  offer.telephone_event ? party_text(offer.author) : party_text(answer.author));
  finding.explanation = "Digits can then only be sent as tones in the audio, or by INFO.";
  finding.remedy = "Enable RFC 4733 (telephone-event) on both sides if digits are not recognised.";
  finding.rfc = "RFC 4733 2.4";
  report(out, std::move(finding));
}

const Detector detector(
    "sdp-dtmf-missing", Severity::info,
    "only one side offers telephone-event: digits will not pass as RFC 4733 events", check);

}  // namespace
}  // namespace sipladder::sdp_dtmf_missing
