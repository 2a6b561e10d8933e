// nat-response-misrouted: an answer goes neither to the source of its request nor where the Via of
// the request sends it.
#include <fmt/format.h>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_response_misrouted {
namespace {

extern const Detector detector;

bool is_wanted(const ViaHop& hop) {
  return is_misrouted(hop) || is_unasked_source(hop);
}

Severity severity_of(const ViaHop& hop) {
  if (headline_of(hop) != HopFault::misrouted) return Severity::info;
  return hop.repeats != 0 ? Severity::error : Severity::warning;
}

// What in the request's Via decides where the answer is due.
std::string rule_text(const ViaHop& hop) {
  if (hop.maddr) return "its Via names maddr";
  if (hop.asks_rport) return "its Via asks for rport";
  return fmt::format("its Via names {} and does not ask for rport", via_text(hop));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const HopGroup& group : group_hops(context.nat, is_wanted, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.summary = fmt::format("{} answers the {} of {} to {}, where it is due at {}: {}{}{}",
                                  server_text(hop.answered_from), request_text(context, hop),
                                  to_string(hop.source), to_string(hop.answered_to),
                                  to_string(*response_due(hop)), rule_text(hop),
                                  repeats_text(context, hop), others_text(group));
    finding.explanation =
        "A server sends its answer where the Via of the request says: to the source when rport is "
        "asked for, else to the source address and the port of the Via.";
    finding.remedy = hop.asks_rport
                         ? "Make the server honour rport (RFC 3581), or put a proxy in front of it "
                           "that does."
                         : "Make the client ask for rport, or switch off what makes the server "
                           "answer to the source port unasked.";
    finding.rfc = hop.asks_rport ? "RFC 3581 4" : "RFC 3261 18.2.2";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-response-misrouted", Severity::error,
                        "an answer goes to another address or port than its request's Via says",
                        check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"},
                         .facts_in_calls = {"txn-ack-missing"}});

}  // namespace
}  // namespace sipladder::nat_response_misrouted
