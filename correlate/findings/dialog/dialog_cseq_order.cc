// dialog-cseq-order: the CSeq numbers of one side must grow within a dialog. Told only when the
// peer refused the request with 500, because order can also be lost on the way.
#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "correlate/findings/shared/support.h"

namespace sipladder::dialog_cseq_order {
namespace {

extern const Detector detector;

bool is_refused(const TransactionRecord& txn) {
  return txn.final_status == 500 && txn.request && txn.dialog && txn.method != Method::ack;
}

// The highest CSeq that the sender of each refused request had used in the dialog before, by the
// transaction.
absl::flat_hash_map<uint32_t, uint32_t> highest_before(const CallContext& context) {
  const auto& transactions = context.model.transactions;
  std::vector<TransactionId> by_time = context.transactions;
  std::stable_sort(by_time.begin(), by_time.end(), [&](TransactionId a, TransactionId b) {
    return transactions[a].first_ns < transactions[b].first_ns;
  });
  absl::flat_hash_map<uint32_t, uint32_t> before;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint32_t> highest;  // by dialog and sender
  size_t noted = 0;  // so many of by_time are noted; those of one moment are not before each other
  for (const TransactionId id : by_time) {
    const TransactionRecord& txn = transactions[id];
    for (; transactions[by_time[noted]].first_ns < txn.first_ns; noted++) {
      const TransactionRecord& earlier = transactions[by_time[noted]];
      uint32_t& cseq = highest[{earlier.dialog.value, earlier.src.value}];
      cseq = std::max(cseq, earlier.cseq);
    }
    if (!is_refused(txn)) continue;
    const auto found = highest.find({txn.dialog.value, txn.src.value});
    if (found != highest.end()) before[id.value] = found->second;
  }
  return before;
}

void check(CallContext& context, CallAnalysis* out) {
  const auto& all = context.transactions;
  if (std::none_of(all.begin(), all.end(),
                   [&](TransactionId id) { return is_refused(context.model.transactions[id]); }))
    return;
  auto highest = highest_before(context);
  for (const TransactionId id : all) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!is_refused(txn)) continue;
    const uint32_t before = highest[id.value];
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
