// dialog-cseq-order: requests of one side must count up. Only when the peer took offence: order can
// also be lost on the way.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"

namespace sipladder::dialog_cseq_order {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.final_status != 500 || !txn.request || !txn.dialog || txn.method == Method::ack)
      continue;
    uint32_t before = 0;
    for (const TransactionId other_id : context.transactions) {
      const TransactionRecord& other = context.model.transactions[other_id];
      const bool earlier = other.first_ns < txn.first_ns && other.dialog == txn.dialog;
      if (earlier && other.src == txn.src) before = std::max(before, other.cseq);
    }
    if (before == 0 || txn.cseq > before) continue;
    Finding finding = finding_of(context, detector, id);
    finding.summary =
        fmt::format("{} from {} has CSeq {} after {}, and was answered with 500",
                    to_string(txn.method), endpoint_text(context, txn.src), txn.cseq, before);
    finding.explanation = "A request with a CSeq lower than the one before is rejected with 500.";
    finding.remedy =
        "Find in the sender's log who sends both requests: two processes that share one dialog, or "
        "one that was restarted in the middle of it.";
    finding.rfc = "RFC 3261 12.2.2";
    report(out, std::move(finding));
  }
}

const Detector detector("dialog-cseq-order", Severity::warning,
                        "CSeq went back within a dialog, and the peer answered 500", check);

}  // namespace
}  // namespace sipladder::dialog_cseq_order
