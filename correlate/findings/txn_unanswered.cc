// txn-bye-unanswered, txn-cancel-unanswered: repeated, or left alone for 64*T1, without a response.
#include <fmt/format.h>

#include "correlate/findings/support.h"
#include "correlate/transactions.h"

namespace sipladder {
namespace {

constexpr uint16_t kMinCopies = 3;
constexpr int64_t kLongEnough = 10'000'000'000;  // of repeating, when the capture ends before 64*T1

void check(CallContext& context, Method method, const Detector& detector, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != method || txn.final_status != 0 || !txn.request) continue;
    const bool repeated = txn.requests >= kMinCopies || txn.transport != Transport::udp;
    const bool given_up = settle(txn, context.model.now_ns).state == TransactionState::timed_out ||
                          (txn.requests > kMinCopies && txn.last_ns - txn.first_ns >= kLongEnough);
    if (!repeated || !given_up || txn.provisionals > 0) continue;
    Finding finding = finding_of(context, detector, id);
    finding.summary =
        fmt::format("{} from {} to {} sent {} times and never answered", to_string(method),
                    endpoint_text(context, txn.src), endpoint_text(context, txn.dst), txn.requests);
    finding.explanation = "The other side is gone, or cannot be reached at this address any more.";
    finding.remedy = "Compare the address with the remote target and the route set of the dialog.";
    finding.rfc = "RFC 3261 17.1.2.2";
    report(out, std::move(finding));
  }
}

extern const Detector bye_detector;
extern const Detector cancel_detector;

const Detector bye_detector("txn-bye-unanswered", Severity::warning, "a BYE was never answered",
                            [](CallContext& context, CallAnalysis* out) {
                              check(context, Method::bye, bye_detector, out);
                            });
const Detector cancel_detector("txn-cancel-unanswered", Severity::warning,
                               "a CANCEL was never answered",
                               [](CallContext& context, CallAnalysis* out) {
                                 check(context, Method::cancel, cancel_detector, out);
                               });

}  // namespace
}  // namespace sipladder
