// nat-alg: a router rewrites SIP that passes it (an application layer gateway, as nf_nat_sip).
#include <fmt/format.h>

#include <map>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_alg {
namespace {

extern const Detector detector;

constexpr char kExplanation[] =
    "An ALG in a router writes other addresses into SIP. It knows less of SIP than both ends, and "
    "breaks what they repair themselves.";
constexpr char kRemedy[] =
    "Switch off the SIP ALG of the router (SIP helper, SIP passthrough, nf_nat_sip), or use TLS.";

// Certain: the same message on both sides of the NAT.
void report_pairs(CaptureContext& context, std::vector<Finding>* out) {
  std::map<std::pair<IpAddress, IpAddress>, std::vector<const Rewrite*>> boxes;
  for (const Rewrite& rewrite : context.nat.rewrites()) {
    if (rewrite.by_alg) boxes[{rewrite.from, rewrite.to}].push_back(&rewrite);
  }
  for (const auto& [change, rewrites] : boxes) {
    const Rewrite& first = *rewrites.front();
    const MessageRecord& before = context.model.messages[first.before];
    const MessageRecord& after = context.model.messages[first.after];
    std::vector<std::string_view> parts;
    for (const Rewrite* rewrite : rewrites) {
      if (rewrite->before == first.before) parts.push_back(to_string(rewrite->part));
    }
    Finding finding = finding_of(detector);
    finding.call = after.call;
    finding.txn = first.txn;
    finding.message = first.after;
    finding.evidence = {before.frame, after.frame};
    finding.summary = fmt::format(
        "a router replaces {} by {} in {} of the {} (frame {} before it, frame {} after it)",
        to_string(change.first), to_string(change.second), fmt::join(parts, ", "),
        to_string(after.method), before.frame, after.frame);
    finding.explanation = kExplanation;
    finding.remedy = kRemedy;
    finding.rfc = "RFC 3235 3";
    sort_unique(&finding.evidence);
    report(out, std::move(finding));
  }
}

// Two signs seen from the client's side: the rport that it asked for is gone, and its Via comes
// back as another one.
bool shows_two_signs(const ViaHop& hop) {
  return hop.lost_rport && hop.via_changed && hop.vias == 1;
}

Severity severity_of(const ViaHop&) {
  return Severity::warning;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  report_pairs(context, out);
  for (const HopGroup& group : group_hops(context.nat, shows_two_signs, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.confidence = Confidence::likely;
    finding.summary = fmt::format(
        "the answer to the {} of {} comes back without the rport that was asked for and with "
        "another Via than {}: a router on the way rewrites SIP",
        request_text(context, hop), to_string(hop.source), via_text(hop));
    finding.explanation = kExplanation;
    finding.remedy = kRemedy;
    finding.rfc = "RFC 3235 3";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-alg", Severity::warning, "a router rewrites SIP that passes it", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_alg
