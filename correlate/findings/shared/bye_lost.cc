#include "correlate/findings/shared/bye_lost.h"

#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder {

static std::string proof_text(const CallContext& context, const HangUp& hang_up) {
  if (hang_up.refused)
    return fmt::format("it answers {} (frame {})", context.message(hang_up.refused).status,
                       hang_up.frame);
  if (hang_up.frame != 0)
    return fmt::format("its RTP stops and its port is closed (ICMP, frame {})", hang_up.frame);
  return "its RTP stops with an RTCP BYE";
}

void check_lost_bye(CallContext& context, const Detector& detector, CallAnalysis* out) {
  const auto& hang_up = context.audio.hang_up;
  if (!hang_up) return;
  // Told by txn-ack-missing.
  if (!hang_up->refused && hang_up->frame == 0 && !hang_up->rtcp_bye) return;
  Finding finding = finding_of(context, detector);
  finding.severity = Severity::error;
  finding.confidence = Confidence::likely;
  finding.summary = fmt::format(
      "the {} hung up after {}, and its BYE never came here: {}", party_text(hang_up->by),
      seconds_text(hang_up->at_ns - context.audio.answer_ns), proof_text(context, *hang_up));
  if (hang_up->frame != 0) finding.evidence.push_back(hang_up->frame);
  if (hang_up->next_hop) {
    const MessageRecord& learnt = context.message(hang_up->learnt);
    finding.message = hang_up->learnt;
    finding.evidence.push_back(learnt.frame);
    finding.summary += fmt::format("; it goes to {}, the private address in {} (frame {})",
                                   to_string(*hang_up->next_hop),
                                   hang_up->by_contact ? "Contact" : "Record-Route", learnt.frame);
  }
  finding.explanation = fmt::format(
      "For the {} the call is over. The {} knows nothing of it and talks on to a closed port, "
      "until "
      "it hangs up too or a timer ends the call.",
      party_text(hang_up->by), other_party(hang_up->by));
  finding.remedy =
      hang_up->next_hop
          ? fmt::format("Let {} carry an address that the {} can reach ({}).",
                        hang_up->by_contact ? "Contact" : "Record-Route", party_text(hang_up->by),
                        hang_up->by_contact
                            ? "fix_nated_contact, external_signaling_address"
                            : "advertise the public address on the proxy's listen socket")
          : fmt::format(
                "Look for the BYE where the {} sends it: its route set and the other "
                "party's Contact say where that is.",
                party_text(hang_up->by));
  finding.rfc = "RFC 3261 12.2.1.1";
  report(out, std::move(finding));
}

}  // namespace sipladder
