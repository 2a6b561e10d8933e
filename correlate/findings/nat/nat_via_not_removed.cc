// nat-via-not-removed: a proxy sends an answer on with its own Via still on top. Its receiver finds
// a Via that it never wrote, and has to drop the answer.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_via_not_removed {
namespace {

extern const Detector detector;

Severity severity_of(const ViaHop& hop) {
  return hop.repeats != 0 ? Severity::error : Severity::warning;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, has_foreign_via, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.message = hop.answer;
    finding.summary = fmt::format(
        "{} answers {} of {} with the Via of {} on top, which is not that of the receiver{}{}",
        server_text(hop.answered_from), request_text(context, hop), to_string(hop.source),
        hop.foreign_via, repeats_text(context, hop), others_text(group));
    finding.explanation =
        "Each hop takes its own Via off an answer before it sends it on, and a client drops an "
        "answer whose topmost Via is none of its own.";
    finding.remedy =
        "Look at the proxy that sends this answer: a script that copies the answer, a name or "
        "address that it does not know as its own (alias, advertised address), or two of its "
        "processes that do not share one.";
    finding.rfc = "RFC 3261 16.7, 18.1.2";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-via-not-removed", Severity::error,
                        "an answer comes with a Via on top that its receiver never wrote", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_via_not_removed
