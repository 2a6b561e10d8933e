// nat-response-source: answers come from another address or port than their requests were sent to.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_response_source {
namespace {

extern const Detector detector;

Severity severity_of(const ViaHop& hop) {
  return headline_of(hop) == HopFault::response_source ? Severity::error : Severity::info;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, is_answered_from_elsewhere, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.summary =
        fmt::format("{} sends its {} to {} and is answered from {}{}{}", to_string(hop.source),
                    request_text(context, hop), server_text(hop.server),
                    server_text(hop.answered_from), repeats_text(context, hop), others_text(group));
    finding.explanation =
        "A NAT lets in only what comes from where the client has sent to: an answer from elsewhere "
        "is dropped there.";
    finding.remedy =
        "Make the server answer from the address and port that it was asked at (bind "
        "it to one address, or one socket for each).";
    finding.rfc = "RFC 3581 4";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-response-source", Severity::error,
                        "answers come from another address or port than was asked", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_response_source
