// txn-branch-reused: different requests of a client have one branch (warning), or a branch lacks
// the magic cookie z9hG4bK (info: RFC 2543). Not where the snap length may have cut the branch.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::txn_branch_reused {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    const bool reused = txn.branch_reused && txn.cookie;
    if ((!reused && txn.cookie) || !txn.request || context.message(txn.request).truncated) continue;
    Finding finding = finding_of(context, detector);
    finding.txn = id;
    finding.dialog = txn.dialog;
    finding.message = txn.request;
    finding.evidence = {context.message(txn.request).frame};
    if (!reused) finding.severity = Severity::info;
    finding.summary =
        fmt::format("{} from {} has {}", to_string(txn.method), endpoint_text(context, txn.src),
                    reused ? "the branch of an earlier request of its own"
                           : "a branch without z9hG4bK: an RFC 2543 client");
    finding.explanation =
        "The branch is the name of a transaction: a server takes a request with a known one for a "
        "retransmission.";
    finding.remedy =
        "Report it to the sender's vendor: each request needs a new branch that begins with "
        "z9hG4bK.";
    finding.rfc = "RFC 3261 8.1.1.7";
    return report(out, std::move(finding));
  }
}

const Detector detector("txn-branch-reused", Severity::warning,
                        "one branch for different requests, or none of RFC 3261's", check);

}  // namespace
}  // namespace sipladder::txn_branch_reused
