// nat-via-private: a proxy names a private address in its own Via towards the public network.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_via_private {
namespace {

extern const Detector detector;

bool is_wanted(const ViaHop& hop) {
  return hop.vias > 1 && hop.host_differs() && is_private_scope(scope_of(*hop.sent_by_ip)) &&
         scope_of(hop.source.ip) == AddressScope::public_ &&
         scope_of(hop.server.ip) == AddressScope::public_;
}

Severity severity_of(const ViaHop&) {
  return Severity::warning;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, is_wanted, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.summary = fmt::format("the proxy {} names {} in its own Via towards {}, first in {}{}",
                                  to_string(hop.source), via_text(hop), server_text(hop.server),
                                  request_text(context, hop), others_text(group));
    finding.explanation =
        "Answers come back only as long as the next hop adds received and rport. "
        "The same setting makes Record-Route private, and then calls cannot end.";
    finding.remedy =
        "Set the proxy's advertised address (listen ... advertise, ext-sip-ip, "
        "external_signaling_address).";
    finding.rfc = "RFC 3261 18.1.1";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-via-private", Severity::warning,
                        "a proxy names a private address in its Via towards a public peer", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_via_private
