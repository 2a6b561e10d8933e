// txn-retransmissions: a request or its final response is repeated three times or more. Not when
// another finding about the transaction explains that.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/hops.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::txn_retransmissions {
namespace {

extern const Detector detector;

constexpr uint32_t kMin = 3;

uint32_t repeated(uint16_t copies) {
  return copies > 1 ? copies - 1U : 0;
}

std::string responses_text(const TransactionRecord& txn) {
  if (txn.final_status == 0) return {};
  return fmt::format(", its {} {}", txn.final_status, times_text(txn.responses));
}

Finding finding_about(const CallContext& context, TransactionId id) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector, id);
  finding.summary =
      fmt::format("{} from {} to {}{}{} in {}", to_string(txn.method),
                  endpoint_text(context, txn.src), endpoint_text(context, txn.dst),
                  txn.requests == 0 ? std::string() : " sent " + times_text(txn.requests),
                  responses_text(txn), seconds_text(txn.last_ns - txn.first_ns));
  finding.explanation =
      "Each copy means that something before it was lost or late by half a second.";
  finding.remedy =
      "Ping between the two hosts and look for loss; check the load of the one that answers late.";
  finding.rfc = "RFC 3261 17";
  return finding;
}

// Each hop repeats its request on its own, so each is told. A repeated final response passes all
// hops, so it is told for the last one.
void check(CallContext& context, CallAnalysis* out) {
  std::vector<TransactionId> found;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    const bool cut = !txn.request && context.message(txn.first_message).truncated;
    if (txn.kind == TransactionKind::ack_2xx || cut) continue;
    if (repeated(txn.requests) + repeated(txn.responses) >= kMin) found.push_back(id);
  }
  if (found.empty()) return;
  const std::vector<TransactionId> last = Hops(context).last_of(found);
  for (const TransactionId id : found) {
    const bool of_its_own = repeated(context.model.transactions[id].requests) >= kMin;
    if (of_its_own || std::binary_search(last.begin(), last.end(), id))
      report(out, finding_about(context, id));
  }
}

const Detector detector("txn-retransmissions", Severity::warning,
                        "three or more timer retransmissions in one transaction", check,
                        {.of_same = {"txn-no-100"}});

}  // namespace
}  // namespace sipladder::txn_retransmissions
