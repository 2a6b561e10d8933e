// nat-sdp-fixed: a proxy or B2BUA replaces a private address in SDP, or puts it back towards the
// phone.
#include <fmt/format.h>

#include <map>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_sdp_fixed {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::map<std::pair<IpAddress, IpAddress>, std::vector<const Rewrite*>> changes;
  for (const Rewrite& rewrite : context.nat.rewrites()) {
    const bool from_private = is_private_scope(scope_of(rewrite.from));
    if (rewrite.by_alg || from_private == is_private_scope(scope_of(rewrite.to))) continue;
    changes[{rewrite.from, rewrite.to}].push_back(&rewrite);
  }
  for (const auto& [change, rewrites] : changes) {
    const MessageRecord& before = context.model.messages[rewrites.front()->before];
    const MessageRecord& after = context.model.messages[rewrites.front()->after];
    Finding finding = finding_of(detector);
    finding.call = after.call;
    finding.message = rewrites.front()->after;
    finding.evidence = {before.frame, after.frame};
    finding.summary = fmt::format(
        "{} replaces the address {} in SDP by {} (frames {} and {}){}",
        to_string(context.model.endpoints[after.src]), to_string(change.first),
        to_string(change.second), before.frame, after.frame,
        rewrites.size() == 1 ? "" : fmt::format("; {} messages show this", rewrites.size()));
    finding.explanation =
        "A relay, or a proxy that helps phones behind NAT, put its own address there and passes "
        "the media on.";
    finding.remedy = "Nothing to do.";
    finding.rfc = "RFC 3264 5";
    sort_unique(&finding.evidence);
    report(out, std::move(finding));
  }
}

const Detector detector("nat-sdp-fixed", Severity::info,
                        "a private address in SDP is replaced on the way", check);

}  // namespace
}  // namespace sipladder::nat_sdp_fixed
