// nat-double: two NATs between a client and its server.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_double {
namespace {

extern const Detector detector;

bool is_wanted(const ViaHop& hop) {
  return hop.host_differs() && hop.received && *hop.received != hop.source.ip &&
         *hop.received != *hop.sent_by_ip && is_private_scope(scope_of(*hop.sent_by_ip)) &&
         scope_of(*hop.sent_by_ip) != AddressScope::loopback &&
         is_private_scope(scope_of(hop.source.ip)) && *hop.received != hop.server.ip;
}

Severity severity_of(const ViaHop&) {
  return Severity::info;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, is_wanted, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.summary =
        fmt::format("{} calls itself {}, comes here from {}, and {} sees {}: two NATs lie between",
                    request_text(context, hop), via_text(hop), to_string(hop.source),
                    server_text(hop.server), to_string(*hop.received));
    finding.explanation =
        "Each NAT has a binding of its own to forget, and an address of its own to "
        "hide.";
    finding.remedy = "Put the inner router into bridge mode, or keep both bindings open.";
    finding.rfc = "RFC 5128 3.3";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-double", Severity::info,
                        "two NATs lie between a client and its server", check);

}  // namespace
}  // namespace sipladder::nat_double
