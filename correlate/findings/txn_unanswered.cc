// txn-bye-unanswered, txn-cancel-unanswered: repeated, or left alone for 64*T1, without a response.
// A BYE also when a proxy answers in the place of a party that it cannot reach.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/hops.h"
#include "correlate/findings/icmp_rejection.h"
#include "correlate/findings/support.h"
#include "correlate/transactions.h"

namespace sipladder::txn_unanswered {
namespace {

constexpr uint16_t kMinCopies = 3;
constexpr int64_t kLongEnough = 10'000'000'000;  // of repeating, when the capture ends before 64*T1

bool is_unanswered(const CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status != 0 || txn.provisionals > 0 || !txn.request) return false;
  const bool given_up = settle(txn, context.model.now_ns).state == TransactionState::timed_out ||
                        (txn.requests > kMinCopies && txn.last_ns - txn.first_ns >= kLongEnough);
  if (!given_up) return false;
  return txn.requests >= kMinCopies || txn.transport != Transport::udp ||
         is_rejected(context.model, txn);
}

void check(CallContext& context, Method method, const Detector& detector, CallAnalysis* out) {
  std::vector<TransactionId> unanswered;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method == method && is_unanswered(context, txn)) unanswered.push_back(id);
  }
  if (unanswered.empty()) return;
  const Hops hops(context);
  for (const TransactionId id : hops.last_of(unanswered)) {
    const TransactionRecord& txn = context.model.transactions[id];
    Finding finding = finding_of(context, detector, id);
    hops.add_copies_before(id, &finding);
    std::string why =
        rejection_text(rejections(context.model, txn.src, txn.dst, txn.first_ns), "it", &finding);
    if (why.empty()) why = hops.what_became_of(id, &finding);
    finding.summary =
        fmt::format("{} from {} to {} sent {} and never answered{}{}", to_string(method),
                    endpoint_text(context, txn.src), endpoint_text(context, txn.dst),
                    times_text(txn.requests), why.empty() ? "" : ": ", why);
    finding.explanation = "The other side is gone, or cannot be reached at this address any more.";
    finding.remedy =
        "Check that the other side is still up, and compare the address with its newest Contact "
        "and the Record-Route of the dialog.";
    finding.rfc = "RFC 3261 17.1.2.2";
    report(out, std::move(finding));
  }
}

// 481 says that the dialog is gone, a challenge that it should be sent again (RFC 5057 5.1).
bool reached_nobody(const TransactionRecord& bye) {
  const uint16_t status = bye.final_status;
  return status == 404 || status == 408 || status == 410 || status == 480 || status / 100 == 5;
}

// 481 to tags that no answer in this call has, while the dialog that was answered goes on.
bool names_no_dialog(const CallContext& context, const TransactionRecord& bye) {
  if (bye.final_status != 481 || !bye.in_dialog || bye.dialog) return false;
  return std::any_of(context.dialogs.begin(), context.dialogs.end(), [&](DialogId id) {
    const DialogRecord& dialog = context.model.dialogs[id];
    return dialog.confirmed_ns != 0 && dialog.confirmed_ns < bye.first_ns && dialog.ended_ns == 0;
  });
}

// A later hop shows what became of it, or another BYE of its sender was accepted.
bool is_told_elsewhere(const CallContext& context, const TransactionRecord& bye) {
  return std::any_of(
      context.transactions.begin(), context.transactions.end(), [&](TransactionId id) {
        const TransactionRecord& other = context.model.transactions[id];
        if (other.method != Method::bye || &other == &bye || other.first_ns < bye.first_ns)
          return false;
        const bool accepted = other.src == bye.src && other.succeeded();
        return accepted ||
               (other.cseq == bye.cseq && other.src != bye.src && other.final_status == 0);
      });
}

void check_failed_bye(CallContext& context, const Detector& detector, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::bye || !txn.request || txn.request_path) continue;
    const bool wrong_tags = names_no_dialog(context, txn);
    if ((!wrong_tags && !reached_nobody(txn)) || is_told_elsewhere(context, txn)) continue;
    Finding finding = finding_of(context, detector, id);
    finding.evidence.push_back(context.message(txn.final_response).frame);
    finding.summary = fmt::format(
        "BYE from {} to {} was answered with {}: it did not end the dialog there{}",
        endpoint_text(context, txn.src), endpoint_text(context, txn.dst), txn.final_status,
        wrong_tags ? ", its tags are not those of the call's 2xx" : "");
    finding.explanation =
        wrong_tags ? "Call-ID and both tags name a dialog. The other party has none of that name, "
                     "and still believes that it talks."
                   : "Whoever answered could not reach the other party, which still believes that "
                     "it talks.";
    finding.remedy =
        wrong_tags ? "Compare the tags on both sides of each B2BUA or SBC: one that rewrites them "
                     "must do so in every request. If nobody does, the sender is at fault."
                   : "Compare the Request-URI with the other party's newest Contact, and check "
                     "that this address still answers.";
    finding.rfc = wrong_tags ? "RFC 3261 12.2.2" : "RFC 5057 5.1";
    return report(out, std::move(finding));
  }
}

extern const Detector bye_detector;
extern const Detector cancel_detector;

const Detector bye_detector("txn-bye-unanswered", Severity::warning,
                            "a BYE was never answered, or did not reach the other party",
                            [](CallContext& context, CallAnalysis* out) {
                              check(context, Method::bye, bye_detector, out);
                              check_failed_bye(context, bye_detector, out);
                            });
const Detector cancel_detector("txn-cancel-unanswered", Severity::warning,
                               "a CANCEL was never answered",
                               [](CallContext& context, CallAnalysis* out) {
                                 check(context, Method::cancel, cancel_detector, out);
                               });

}  // namespace
}  // namespace sipladder::txn_unanswered
