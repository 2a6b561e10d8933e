// nat-response-unreachable: an answer goes where the Via sends it, and the client is not there.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_response_unreachable {
namespace {

extern const Detector detector;

bool is_wanted(const ViaHop& hop) {
  return is_unreachable(hop) && (!is_misrouted(hop) || is_sent_inside(hop));
}

Severity severity_of(const ViaHop& hop) {
  return headline_of(hop) == HopFault::unreachable ? Severity::error : Severity::info;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, is_wanted, severity_of)) {
    const ViaHop& hop = *group.example;
    const bool is_private = is_private_scope(scope_of(hop.answered_to.ip));
    Finding finding = finding_of(context, detector, group);
    finding.summary =
        fmt::format("{} answers the {} of {} to {}, {}{}{}", server_text(hop.answered_from),
                    request_text(context, hop), to_string(hop.source), to_string(hop.answered_to),
                    is_private ? "a private address that cannot be reached from there"
                               : "a port that the client never sent from",
                    repeats_text(context, hop), others_text(group));
    finding.explanation =
        "A NAT lets in only what comes to the address and port that it gave the client itself.";
    finding.remedy =
        "Let the client ask for rport, or let the server answer to the source of each "
        "request (force_rport, rport=yes, comedia).";
    finding.rfc = "RFC 3581 4";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-response-unreachable", Severity::error,
                        "an answer goes where the client cannot be reached", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"},
                         .facts_in_calls = {"txn-ack-missing"}});

}  // namespace
}  // namespace sipladder::nat_response_unreachable
