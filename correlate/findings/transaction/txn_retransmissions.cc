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

// No timer repeats anything sooner (T1 is 500 ms): what comes sooner is a copy that the capture
// made, such as a mirror's.
constexpr int64_t kLeastTimerNs = 100'000'000;

// How often the request, and the final response, were sent.
struct Sendings {
  uint32_t requests = 0, responses = 0;

  static uint32_t repeats(uint32_t count) { return count > 1 ? count - 1 : 0; }
  uint32_t repeats() const { return repeats(requests) + repeats(responses); }
};

Sendings sendings_of(const CallContext& context, const TransactionRecord& txn) {
  Sendings sent;
  int64_t request_ns = INT64_MAX, response_ns = INT64_MAX;  // the walk goes from new to old
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    const bool counts = message.is_request() ? message.method == txn.method : message.status >= 200;
    if (message.duplicate || !counts) continue;
    int64_t& later_ns = message.is_request() ? request_ns : response_ns;
    if (later_ns != INT64_MAX && later_ns - message.time_ns < kLeastTimerNs) continue;
    later_ns = message.time_ns;
    (message.is_request() ? sent.requests : sent.responses)++;
  }
  return sent;
}

std::string responses_text(const TransactionRecord& txn, const Sendings& sent) {
  if (txn.final_status == 0) return {};
  return fmt::format(", its {} {}", txn.final_status, times_text(sent.responses));
}

Finding finding_about(const CallContext& context, TransactionId id, const Sendings& sent) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector, id);
  finding.summary =
      fmt::format("{} from {} to {}{}{} in {}", to_string(txn.method),
                  endpoint_text(context, txn.src), endpoint_text(context, txn.dst),
                  sent.requests == 0 ? std::string() : " sent " + times_text(sent.requests),
                  responses_text(txn, sent), seconds_text(txn.last_ns - txn.first_ns));
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
  std::vector<Sendings> sendings;  // of `found`
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    const bool cut = !txn.request && context.message(txn.first_message).truncated;
    if (txn.kind == TransactionKind::ack_2xx || cut) continue;
    // Most transactions have too few messages to be looked at.
    if (txn.requests + txn.responses <= kMin) continue;
    const Sendings sent = sendings_of(context, txn);
    if (sent.repeats() < kMin) continue;
    found.push_back(id);
    sendings.push_back(sent);
  }
  if (found.empty()) return;
  const std::vector<TransactionId> last = Hops(context).last_of(found);
  for (size_t i = 0; i < found.size(); i++) {
    const bool of_its_own = Sendings::repeats(sendings[i].requests) >= kMin;
    if (of_its_own || std::binary_search(last.begin(), last.end(), found[i]))
      report(out, finding_about(context, found[i], sendings[i]));
  }
}

const Detector detector("txn-retransmissions", Severity::warning,
                        "three or more timer retransmissions in one transaction", check,
                        {.of_same = {"txn-no-100"}});

}  // namespace
}  // namespace sipladder::txn_retransmissions
