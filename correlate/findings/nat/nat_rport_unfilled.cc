// nat-rport-unfilled: the client asks for rport, and no answer fills it.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_rport_unfilled {
namespace {

extern const Detector detector;

Severity severity_of(const ViaHop& hop) {
  const HopFault headline = headline_of(hop);
  const bool elsewhere = hop.stray && hop.repeats != 0;
  if (headline != HopFault::rport_unfilled && headline != HopFault::received_missing)
    return Severity::info;
  if (elsewhere) return Severity::error;
  const bool differs = hop.host_differs() && server_saw_source(hop);
  const bool received_differs = hop.received && hop.sent_by_ip && *hop.received != *hop.sent_by_ip;
  return differs || received_differs ? Severity::warning : Severity::info;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, leaves_rport_empty, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.summary =
        fmt::format("{} leaves rport empty in its answer to the {} of {}{}{}",
                    server_text(hop.answered_from), request_text(context, hop),
                    to_string(hop.source), repeats_text(context, hop), others_text(group));
    finding.explanation =
        "A server that is asked for rport writes the source port into the Via "
        "and answers there.";
    finding.remedy = "Update the server, or put a proxy in front of it that supports rport.";
    finding.rfc = "RFC 3581 4";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-rport-unfilled", Severity::info,
                        "rport is asked for, and no answer fills it", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_rport_unfilled
