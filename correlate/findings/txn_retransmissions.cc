// txn-retransmissions: packets or their answers are lost. Not when another finding about the
// transaction explains them.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr uint32_t kMin = 3;

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    const uint32_t copies = txn.requests > 1 ? txn.requests - 1U : 0;
    const uint32_t answers = txn.responses > 1 ? txn.responses - 1U : 0;
    if (copies + answers < kMin) continue;
    // A retransmitted request makes the server repeat its answer: that is one loss, not two.
    if (txn.kind == TransactionKind::ack_2xx) continue;
    Finding finding = finding_of(context, detector, id);
    finding.summary = fmt::format(
        "{} from {} to {}: {} copies of the request and {} of the final response in {}",
        to_string(txn.method), endpoint_text(context, txn.src), endpoint_text(context, txn.dst),
        copies, answers, seconds_text(txn.last_ns - txn.first_ns));
    finding.explanation =
        "Each copy means that something before it was lost or late by half a second.";
    finding.remedy = "Look for loss between the two hosts, and at their load.";
    finding.rfc = "RFC 3261 17";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-retransmissions", Severity::warning,
                        "three or more timer retransmissions in one transaction", check);

}  // namespace
}  // namespace sipladder
