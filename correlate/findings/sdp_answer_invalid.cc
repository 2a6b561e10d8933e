// sdp-answer-invalid: what an answer may say depends on its offer.
#include <fmt/format.h>

#include "correlate/findings/support.h"
#include "decode/sdp.h"

namespace sipladder {
namespace {

extern const Detector detector;

std::string broken_rule(const SdpStand& offer, const SdpStand& answer) {
  if (offer.lines != answer.lines) {
    return fmt::format("has {} media lines, the offer has {}", answer.lines, offer.lines);
  }
  if (!offer.usable || !answer.usable || offer.hold_address || answer.hold_address) return {};
  const bool receives = may_receive(answer.direction) && !may_send(offer.direction);
  const bool sends = may_send(answer.direction) && !may_receive(offer.direction);
  if (!receives && !sends) return {};
  return fmt::format("says {} to an offer of {}", to_string(answer.direction),
                     to_string(offer.direction));
}

void check(CallContext& context, CallAnalysis* out) {
  for (const OfferAnswer& pair : context.audio.negotiation.pairs) {
    const SdpStand& offer = context.audio.negotiation.stands[pair.offer];
    const SdpStand& answer = context.audio.negotiation.stands[pair.answer];
    const std::string what = broken_rule(offer, answer);
    if (what.empty()) continue;
    Finding finding = finding_of(context, detector);
    finding.message = answer.message;
    finding.evidence = {context.message(offer.message).frame,
                        context.message(answer.message).frame};
    finding.summary = fmt::format("the answer in frame {} {}", finding.evidence[1], what);
    finding.explanation = "The offerer may ignore or misread such an answer.";
    finding.remedy = "Correct the answering side, or the device that rewrote its SDP.";
    finding.rfc = "RFC 3264 6";
    return report(out, std::move(finding));
  }
}

const Detector detector(
    "sdp-answer-invalid", Severity::warning,
    "an answer breaks RFC 3264: number of media lines, or a direction that contradicts the offer",
    check);

}  // namespace
}  // namespace sipladder
