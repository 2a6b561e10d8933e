// gateway-down: pings that fail in a row, with the times at which it went down and came back.
#include <fmt/format.h>

#include <map>

#include "correlate/findings/icmp_rejection.h"
#include "correlate/findings/support.h"
#include "correlate/transactions.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr size_t kMinRounds = 3;

struct Pings {
  std::vector<TransactionId> failed;  // in a row
  int64_t back_ns = 0;
};

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::map<EndpointId, Pings> pings;
  for (const TransactionId id : context.model.transactions.ids()) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::options || !txn.request) continue;
    Pings& seen = pings[txn.dst];
    const bool waiting = txn.final_status == 0 &&
                         settle(txn, context.model.now_ns).state != TransactionState::timed_out;
    if (waiting) continue;
    if (txn.final_status != 0 && txn.final_status < 500) {
      if (seen.failed.size() >= kMinRounds && seen.back_ns == 0) seen.back_ns = txn.first_ns;
      if (seen.failed.size() < kMinRounds) seen.failed.clear();
    } else if (seen.back_ns == 0) {
      seen.failed.push_back(id);
    }
  }
  for (const auto& [gateway, seen] : pings) {
    if (seen.failed.size() < kMinRounds) continue;
    const TransactionRecord& first = context.model.transactions[seen.failed.front()];
    Finding finding = finding_of(detector);
    finding.call = first.call;
    finding.txn = seen.failed.front();
    finding.message = first.request;
    for (const TransactionId id : seen.failed) {
      finding.explains.push_back(context.model.transactions[id].call);
    }
    for (const TransactionId id : seen.failed) {
      if (finding.evidence.size() >= 20) break;
      const TransactionRecord& txn = context.model.transactions[id];
      finding.evidence.push_back(context.model.messages[txn.request].frame);
    }
    const std::string why = rejection_text(
        rejections(context.model, first.src, first.dst, first.first_ns), "them", &finding);
    finding.summary = fmt::format(
        "{} fails {} OPTIONS in a row{}{}{}", to_string(context.model.endpoints[gateway]),
        seen.failed.size(),
        seen.back_ns == 0
            ? std::string(", and is not back")
            : fmt::format("; it is back after {}", seconds_text(seen.back_ns - first.first_ns)),
        why.empty() ? "" : "; ", why);
    finding.explanation = "Pings without an answer, or with 5xx: no call gets through there.";
    finding.remedy = "Look at the gateway and the way to it.";
    finding.rfc = "RFC 3261 11";
    report(out, std::move(finding));
  }
}

const Detector detector("gateway-down", Severity::error,
                        "OPTIONS to one address unanswered or 5xx for three rounds", check);

}  // namespace
}  // namespace sipladder
