// nat-rport-missing: a client behind a NAT does not ask for rport.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_rport_missing {
namespace {

extern const Detector detector;

Severity severity_of(const ViaHop& hop) {
  if (headline_of(hop) != HopFault::rport_missing) return Severity::info;
  // The server answers to the source unasked, so a lost answer has another reason.
  if (hop.is_answered_at_source()) return Severity::info;
  return hop.repeats != 0 ? Severity::error : Severity::warning;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (HopGroup& group : group_hops(context.nat, misses_rport, severity_of)) {
    const ViaHop& hop = *group.example;
    // The request has no answer, but others of this client are answered at their source.
    const bool served = std::any_of(group.hops.begin(), group.hops.end(),
                                    [](const ViaHop* one) { return one->is_answered_at_source(); });
    if (served && !hop.is_answered()) group.severity = Severity::info;
    Finding finding = finding_of(context, detector, group);
    const std::string outcome =
        !hop.is_answered() ? ""
                           : fmt::format("; the answer goes to {}", to_string(hop.answered_to));
    finding.summary = fmt::format("{} sends its {} with Via {} and without rport{}{}{}",
                                  to_string(hop.source), request_text(context, hop), via_text(hop),
                                  outcome, repeats_text(context, hop), others_text(group));
    finding.explanation =
        "Without rport the answer goes to the port of the Via, and a NAT has not opened that one.";
    finding.remedy =
        "Switch on rport (symmetric response routing) in the phone, or force it in the "
        "server (force_rport).";
    finding.rfc = "RFC 3581 3";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-rport-missing", Severity::warning,
                        "a client behind a NAT does not ask for rport", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"},
                         .facts_in_calls = {"txn-ack-missing"}});

}  // namespace
}  // namespace sipladder::nat_rport_missing
