// nat-received-missing: the Via names another address than the source, and the server does not add
// received.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_received_missing {
namespace {

extern const Detector detector;

Severity severity_of(const ViaHop& hop) {
  constexpr uint32_t kLost = 2;  // one repeat may have another reason
  const bool believable = scope_of(*hop.sent_by_ip) != AddressScope::loopback;
  if (hop.reliable || !believable || headline_of(hop) != HopFault::received_missing)
    return Severity::info;
  if (hop.repeats >= kLost) return Severity::error;
  // Within private space another hop may lie between; without repeats the answers do arrive.
  const bool harmless = hop.repeats == 0 && is_private_scope(scope_of(hop.source.ip)) &&
                        is_private_scope(scope_of(hop.server.ip));
  return harmless ? Severity::info : Severity::warning;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, misses_received, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.summary =
        fmt::format("{} adds no received to the Via {} of the {} that comes from {}{}{}",
                    server_text(hop.answered_from), via_text(hop), request_text(context, hop),
                    to_string(hop.source), repeats_text(context, hop), others_text(group));
    finding.explanation =
        "A server writes the source address into the topmost Via when that names another one; "
        "answers are routed by it.";
    finding.remedy = "Update the server. Until then a proxy in front of it, or force_rport.";
    finding.rfc = "RFC 3261 18.2.1";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-received-missing", Severity::warning,
                        "a server does not write the source address into the Via", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_received_missing
