#include "correlate/findings/shared/repeated_2xx.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "correlate/findings/shared/hops.h"
#include "correlate/findings/shared/support.h"
#include "correlate/model/reason_text.h"
#include "correlate/sip/transactions.h"

namespace sipladder {
namespace {

constexpr size_t kMinCopies = kCopiesWithoutAck;
constexpr int64_t kNearlyTimerH = kTimerB * 3 / 4;

// The capture shows requests on this hop. From responses alone nobody can tell whether an ACK came,
// unless they are repeated until nearly the end of Timer H.
bool shows_requests(const CallContext& context, const TransactionRecord& hop) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return txn.request && txn.src == hop.src && txn.dst == hop.dst;
                     });
}

// An ACK for this 2xx is seen anywhere, perhaps at another address of the callee than the INVITE.
bool is_acked(const CallContext& context, const Repeated2xx& repeated) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return txn.kind == TransactionKind::ack_2xx &&
                              txn.invite == repeated.invite && txn.dialog == repeated.dialog;
                     });
}

// The 2xx would have come again by now (RFC 3261 13.3.1.4), and its dialog goes on: an ACK arrived.
bool has_stopped(const CallContext& context, const Repeated2xx& repeated) {
  constexpr int64_t kMostBetweenCopies = kT2Ns + 1'000'000'000;  // a second for the network
  const MessageRecord& last = context.message(repeated.copies.back());
  int64_t until_ns = context.model.coverage.until(last.point, last.time_ns);
  if (repeated.dialog) {
    const int64_t ended_ns = context.model.dialogs[repeated.dialog].ended_ns;
    if (ended_ns != 0) until_ns = std::min(until_ns, ended_ns);
  }
  return until_ns - last.time_ns > kMostBetweenCopies;
}

// No ACK arrives at the sender of the 2xx. If an ACK is seen, only a 2xx that goes on for (nearly)
// 64*T1 proves that: the first ACKs may have been lost behind this point. Fewer copies prove it
// when the capture shows that the ACK goes no further, and the copies have not stopped by
// themselves.
bool is_unacknowledged(const CallContext& context, const Repeated2xx& repeated) {
  if (span_of(context, repeated) >= kNearlyTimerH) return true;
  if (!repeated.trace.ack) return !is_acked(context, repeated);
  const int64_t acked_ns = context.model.transactions[repeated.trace.ack].first_ns;
  const auto since =
      std::count_if(repeated.copies.begin(), repeated.copies.end(),
                    [&](MessageId id) { return context.message(id).time_ns > acked_ns; });
  return is_swallowed(context, repeated.trace) && static_cast<size_t>(since) >= kMinCopies - 1 &&
         !has_stopped(context, repeated);
}

// Every repeated 2xx: one for each hop and each fork.
std::vector<Repeated2xx> repeated_2xx(const CallContext& context) {
  const bool forked = std::any_of(context.dialogs.begin(), context.dialogs.end(),
                                  [&](DialogId id) { return context.model.dialogs[id].forked; });
  std::vector<Repeated2xx> result;
  for (const TransactionId invite : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[invite];
    if (txn.method != Method::invite || !txn.succeeded()) continue;
    if (txn.responses < kMinCopies && !forked) continue;  // saves the walk over its messages
    std::map<DialogId, std::vector<MessageId>> forks;
    for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
      const MessageRecord& message = context.message(id);
      if (message.status / 100 == 2 && !message.duplicate) forks[message.dialog].push_back(id);
    }
    for (auto& [dialog, copies] : forks) {
      if (copies.size() < kMinCopies) continue;
      std::reverse(copies.begin(), copies.end());
      result.push_back({invite, dialog, std::move(copies), trace_ack(context, invite, dialog)});
    }
  }
  return result;
}

// The ACK on the first hop that shows it. There its Request-URI and Route are nearest to those that
// its author wrote.
TransactionId first_ack(const CallContext& context, TransactionId ack) {
  const auto& transactions = context.model.transactions;
  for (int steps = 0; steps < kMaxForwards; steps++) {
    const TransactionId before = transactions[ack].request_path;
    if (!before || transactions[before].kind != TransactionKind::ack_2xx) break;
    ack = before;
  }
  return ack;
}

}  // namespace

int64_t span_of(const CallContext& context, const Repeated2xx& repeated) {
  return context.message(repeated.copies.back()).time_ns -
         context.message(repeated.copies.front()).time_ns;
}

std::optional<Repeated2xx> unacknowledged_2xx(const CallContext& context) {
  const auto& transactions = context.model.transactions;
  const std::vector<Repeated2xx> all = repeated_2xx(context);
  std::set<std::pair<TransactionId, DialogId>> passed_on;
  for (const Repeated2xx& one : all) {
    const TransactionRecord& txn = transactions[one.invite];
    for (const TransactionId before : {txn.request_path, txn.next_same_branch}) {
      if (before && transactions[before].cseq == txn.cseq && transactions[before].final_response)
        passed_on.emplace(before, dialog_on(context, before, one.dialog));
    }
  }
  std::optional<Repeated2xx> worst;
  for (const Repeated2xx& one : all) {
    if (passed_on.contains({one.invite, one.dialog})) continue;
    if (worst && one.copies.size() <= worst->copies.size()) continue;
    const bool whole = span_of(context, one) >= kNearlyTimerH;
    if (is_unacknowledged(context, one) &&
        (whole || shows_requests(context, transactions[one.invite])))
      worst = one;
  }
  return worst;
}

RouteVerdict judge_ack(CallContext& context, const Repeated2xx& repeated) {
  if (!repeated.trace.ack) return {};
  const TransactionId ack = first_ack(context, repeated.trace.ack);
  return judge_route(context, context.message(context.model.transactions[ack].request));
}

std::string repeats_text(const CallContext& context, const Repeated2xx& repeated,
                         Finding* finding) {
  for (const MessageId id : repeated.copies) finding->evidence.push_back(context.message(id).frame);
  return fmt::format("sent {} times in {}", repeated.copies.size(),
                     seconds_text(span_of(context, repeated)));
}

std::string ending_text(CallContext& context, const Repeated2xx& repeated, Finding* finding) {
  if (!repeated.dialog) return {};
  const DialogRecord& dialog = context.model.dialogs[repeated.dialog];
  if (dialog.ended_ns <= context.message(repeated.copies.back()).time_ns) return {};
  const MessageRecord& bye = context.message(dialog.ended_message);
  finding->evidence.push_back(bye.frame);
  const int64_t after_ns = dialog.ended_ns - context.message(repeated.copies.front()).time_ns;
  std::string reason;
  if (context.view.load(bye)) reason = reason_text(context.view.sip());
  const bool by_timer =
      dialog.ended_by == Party::callee && after_ns >= kNearlyTimerH && after_ns < kTimerB + kT4Ns;
  return fmt::format("; the {} sends BYE after {}{}{}", party_text(dialog.ended_by),
                     seconds_text(after_ns), by_timer ? ", when 64*T1 are over" : "",
                     reason.empty() ? "" : ": " + reason);
}

}  // namespace sipladder
