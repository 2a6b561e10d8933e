// nat-record-route-private: the Record-Route that the receiver uses first is a private address, and
// the receiver is on the public side.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_record_route_private {
namespace {

extern const Detector detector;

bool between_public(const ViaHop& hop) {
  return scope_of(hop.source.ip) == AddressScope::public_ &&
         scope_of(hop.server.ip) == AddressScope::public_;
}

bool is_private(const std::optional<IpAddress>& route) {
  return route && is_private_scope(scope_of(*route));
}

bool is_wanted(const ViaHop& hop) {
  return between_public(hop) && (is_private(hop.request_route) || is_private(hop.answer_route));
}

Severity severity_of(const ViaHop&) {
  return Severity::error;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, is_wanted, severity_of)) {
    const ViaHop& hop = *group.example;
    const bool in_request = is_private(hop.request_route);
    const IpAddress& route = in_request ? *hop.request_route : *hop.answer_route;
    const MessageId message = in_request ? hop.request : hop.routed_answer;
    if (context.nat.sends(route, context.model.messages[message].point))
      continue;  // that host sends packets here, so it can be reached
    const Endpoint& receiver = in_request ? hop.server : hop.source;
    Finding finding = finding_of(context, detector, group);
    finding.message = message;
    for (const ViaHop* one : group.hops)
      finding.explains.push_back(context.model.transactions[one->txn].call);
    finding.evidence = {context.model.messages[message].frame};
    finding.summary = fmt::format(
        "the Record-Route that {} has to use first names the private address {} (frame {}): what "
        "it "
        "sends within the call goes astray{}",
        to_string(receiver), to_string(route), context.model.messages[message].frame,
        others_text(group));
    finding.explanation =
        "ACK, BYE and re-INVITE follow the Record-Route of the set-up. A private address there "
        "cannot be reached from outside: calls are cut after 32 s or do not end.";
    finding.remedy =
        "Set the proxy's advertised address (listen ... advertise), or let it write two "
        "Record-Routes, one for each side.";
    finding.rfc = "RFC 3261 16.6";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-record-route-private", Severity::error,
                        "a private Record-Route must be used by a public peer", check,
                        {.in_calls = {"txn-timeout", "txn-retransmissions"},
                         .facts_in_calls = {"txn-ack-missing", "txn-bye-unanswered"}});

}  // namespace
}  // namespace sipladder::nat_record_route_private
