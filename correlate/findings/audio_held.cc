// audio-held: a fact, not a fault.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

std::string_view how(const Negotiation& negotiation) {
  for (const SdpStand& stand : negotiation.stands) {
    if (stand.message != negotiation.hold_message) continue;
    return stand.hold_address ? "c=0.0.0.0" : to_string(stand.direction);
  }
  return "";
}

void check(CallContext& context, CallAnalysis* out) {
  const Negotiation& n = context.audio.negotiation;
  if (n.holder == Party::none) return;
  Finding finding = finding_of(context, detector);
  finding.message = n.hold_message;
  finding.evidence.push_back(context.message(n.hold_message).frame);
  if (n.resume_message) finding.evidence.push_back(context.message(n.resume_message).frame);
  finding.summary =
      fmt::format("the {} put the call on hold ({}) for {}{}", party_text(n.holder), how(n),
                  seconds_text(n.held_ns), n.held_at_end ? ", and did not take it back" : "");
  finding.explanation = "Hold is an offer that stops what the other side may send.";
  finding.remedy = "Nothing to do.";
  finding.rfc = "RFC 3264 8.4";
  report(out, std::move(finding));
}

const Detector detector("audio-held", Severity::info,
                        "the call was put on hold, by whom, how, and for how long", check);

}  // namespace
}  // namespace sipladder
