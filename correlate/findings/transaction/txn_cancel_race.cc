// txn-cancel-race: the callee answered at the moment when the caller sent CANCEL. Then the caller
// must send ACK and BYE.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::txn_cancel_race {
namespace {

extern const Detector detector;

constexpr int64_t kCrossingNs = 500'000'000;
constexpr int64_t kPatienceNs = 5'000'000'000;

// When the newest request inside a dialog was sent, other than ACK and BYE. One after the answer
// shows that the call was kept on purpose.
int64_t newest_within(const CallContext& context) {
  int64_t newest_ns = INT64_MIN;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.in_dialog && txn.method != Method::ack && txn.method != Method::bye)
      newest_ns = std::max(newest_ns, txn.first_ns);
  }
  return newest_ns;
}

void check(CallContext& context, CallAnalysis* out) {
  std::optional<int64_t> newest_ns;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::cancel || !txn.invite) continue;
    const TransactionRecord& invite = context.model.transactions[txn.invite];
    if (!invite.succeeded() || invite.final_response_ns < txn.first_ns - kCrossingNs) continue;
    const DialogId dialog = context.message(invite.final_response).dialog;
    const bool ended =
        context.call.bye_ns != 0 || (dialog && context.model.dialogs[dialog].ended_ns != 0);
    const bool given_time =
        watched_until(context.model, invite) - invite.final_response_ns > kPatienceNs;
    Finding finding = finding_of(context, detector, id);
    finding.evidence.push_back(context.message(invite.final_response).frame);
    if (!newest_ns) newest_ns = newest_within(context);
    if (!ended && given_time && *newest_ns <= invite.final_response_ns) {
      finding.severity = Severity::error;
    }
    const int64_t later_ns = invite.final_response_ns - txn.first_ns;
    finding.summary = fmt::format(
        "the callee answered {} {} the CANCEL was sent{}", seconds_text(std::abs(later_ns)),
        later_ns < 0 ? "before" : "after", ended ? "" : "; no BYE followed");
    finding.explanation =
        "A 2xx that crosses a CANCEL makes a call: the caller has to acknowledge it and end it by "
        "BYE.";
    finding.remedy =
        "See that the caller sends ACK and BYE; without them the callee keeps an open line.";
    finding.rfc = "RFC 3261 9.1";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-cancel-race", Severity::info,
                        "a 2xx crossed a CANCEL (error when no BYE followed)", check);

}  // namespace
}  // namespace sipladder::txn_cancel_race
