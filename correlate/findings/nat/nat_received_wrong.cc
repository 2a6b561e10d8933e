// nat-received-wrong: the server writes an address into the Via that is not the source.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_received_wrong {
namespace {

extern const Detector detector;

Severity severity_of(const ViaHop& hop) {
  if (headline_of(hop) != HopFault::received_wrong) return Severity::info;
  return hop.repeats != 0 ? Severity::error : Severity::warning;
}

std::string what_it_is(const ViaHop& hop) {
  if (*hop.received == hop.server.ip) return "its own address";
  if (is_private_scope(scope_of(*hop.received)) && scope_of(hop.server.ip) == AddressScope::public_)
    return "a private address: a box in front of the server hides its clients from it";
  return fmt::format("while the request comes from {}", to_string(hop.source));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, has_wrong_received, severity_of)) {
    const ViaHop& hop = *group.example;
    const bool port_only = *hop.received == hop.source.ip;
    Finding finding = finding_of(context, detector, group);
    finding.summary =
        fmt::format("{} answers the {} of {} with {}, {}{}{}", server_text(hop.server),
                    request_text(context, hop), to_string(hop.source),
                    port_only ? fmt::format("rport={}", *hop.rport)
                              : fmt::format("received={}", to_string(*hop.received)),
                    port_only ? "which is not the source port" : what_it_is(hop),
                    repeats_text(context, hop), others_text(group));
    finding.explanation =
        "received and rport tell the client how the server sees it, and route the "
        "answers: a wrong value misleads both.";
    finding.remedy =
        "Look at what stands between the two hosts (balancer, firewall with source "
        "NAT), or at the server's own handling of Via.";
    finding.rfc = "RFC 3261 18.2.1";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-received-wrong", Severity::warning,
                        "received or rport is not the source of the request", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_received_wrong
