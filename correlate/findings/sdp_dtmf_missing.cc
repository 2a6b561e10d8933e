// sdp-dtmf-missing: digits must go in the audio or by INFO.
#include <fmt/format.h>

#include "correlate/findings/support.h"
#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder {
namespace {

extern const Detector detector;

bool has_events(CallContext& context, const SdpStand& stand) {
  if (!context.view.load(context.message(stand.message))) return false;
  for (const SdpMedia& media : parse_sdp(find_sdp(context.view.sip())).media) {
    for (const SdpFormat& format : media.formats) {
      if (equal_no_case(format.encoding, "telephone-event")) return true;
    }
  }
  return false;
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.audio.negotiation.pairs.empty()) return;
  const OfferAnswer& pair = context.audio.negotiation.pairs.back();
  const SdpStand& offer = context.audio.negotiation.stands[pair.offer];
  const SdpStand& answer = context.audio.negotiation.stands[pair.answer];
  if (!offer.usable || !answer.usable) return;
  if (has_events(context, offer) == has_events(context, answer)) return;
  Finding finding = finding_of(context, detector);
  finding.message = answer.message;
  finding.evidence = {context.message(offer.message).frame, context.message(answer.message).frame};
  finding.summary = fmt::format(
      "only the {} knows telephone-event",
      has_events(context, offer) ? party_text(offer.author) : party_text(answer.author));
  finding.explanation = "Digits can then only be sent as tones in the audio, or by INFO.";
  finding.remedy = "Enable RFC 4733 (telephone-event) on both sides if digits are not recognised.";
  finding.rfc = "RFC 4733 2.4";
  report(out, std::move(finding));
}

const Detector detector(
    "sdp-dtmf-missing", Severity::info,
    "only one side offers telephone-event: digits will not pass as RFC 4733 events", check);

}  // namespace
}  // namespace sipladder
