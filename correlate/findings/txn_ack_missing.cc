// txn-ack-missing: a 2xx to INVITE is repeated and no ACK passes, or it passes and does not arrive.
// One finding per call, with the reason when Contact, route or BYE tell it; the repeated 2xx and
// the BYE after 64*T1 are its evidence, not findings of their own.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "correlate/dialog_route.h"
#include "correlate/findings/ack_trace.h"
#include "correlate/findings/icmp_rejection.h"
#include "correlate/findings/support.h"
#include "correlate/transactions.h"

namespace sipladder::txn_ack_missing {
namespace {

constexpr size_t kMinCopies = 4;  // fewer can be one lost ACK

extern const Detector detector;

// Why the ACK could not come: the 2xx names a remote target that is private while the callee is
// elsewhere.
std::string unreachable_contact(CallContext& context, MessageId accepted) {
  if (!context.view.load(context.message(accepted))) return {};
  const SipUri uri = parse_uri(parse_name_addr(context.view.sip().value(HeaderId::contact)).uri);
  const auto ip = parse_ip(uri.host);
  const IpAddress& callee = context.model.endpoints[context.message(accepted).src].ip;
  if (!ip || scope_of(*ip) == AddressScope::public_ || scope_of(callee) != AddressScope::public_)
    return {};
  return fmt::format("; its Contact names {}, which cannot be reached, while it comes from {}",
                     to_string(*ip), to_string(callee));
}

// Why the ACK that was seen does not come to the callee.
std::string lost_ack(CallContext& context, const AckTrace& trace, Finding* finding) {
  const auto& transactions = context.model.transactions;
  const TransactionRecord& ack = transactions[trace.ack];
  const std::vector<uint32_t> frames = frames_of(context, ack, true);
  finding->evidence.insert(finding->evidence.end(), frames.begin(), frames.end());
  const Endpoint& to = context.model.endpoints[ack.dst];
  const Endpoint& callee = context.model.endpoints[transactions[trace.invite].dst];
  const std::string sender =
      transactions[trace.invite].request_path
          ? endpoint_text(context, ack.src)
          : fmt::format("the {}", context.message(ack.request).from_caller ? "caller" : "callee");
  std::string why = fmt::format("; {} sends its ACK to {}", sender, to_string(to));
  const RouteVerdict verdict = judge_route(context, context.message(ack.request));
  if (verdict.fault == RouteFault::ignored) {
    return why +
           fmt::format(" and not by the route {} (frame {})", verdict.expected, verdict.frame);
  }
  if (verdict.fault == RouteFault::wrong_target) {
    return why + fmt::format(" for {}, while the Contact is {} (frame {})", verdict.actual,
                             verdict.expected, verdict.frame);
  }
  if (const std::string rejected =
          rejection_text(rejections(context.model, ack.src, ack.dst, ack.first_ns), "it", finding);
      !rejected.empty()) {
    return why + ", and " + rejected;
  }
  if (is_swallowed(context, trace)) {
    const TransactionRecord& beyond = transactions[trace.beyond];
    if (ack.dst == beyond.dst) {
      return why + fmt::format(" (frame {}), and it does not come out as {}", frames.front(),
                               endpoint_text(context, beyond.src));
    }
    const std::string uri = other_way(context, trace);
    if (uri.empty()) {
      return fmt::format("; {} gets the ACK (frame {}) and does not send it on", to_string(to),
                         frames.front());
    }
    return fmt::format("; {} gets the ACK for {} (frame {}) and is not seen to send it on{}",
                       to_string(to), uri, frames.front(),
                       unreachable_contact(context, transactions[trace.beyond].final_response));
  }
  if (scope_of(to.ip) != AddressScope::public_ && scope_of(callee.ip) == AddressScope::public_) {
    return why + ", which cannot be reached from there";
  }
  if (!trace.beyond && to.ip == callee.ip)
    why += fmt::format(" (frame {}), where it does not arrive", frames.front());
  return why;
}

// One fork's 2xx on one hop.
struct Repeated2xx {
  TransactionId invite;
  DialogId dialog;
  std::vector<MessageId> copies;  // oldest first
  AckTrace trace;
};

int64_t span_of(const CallContext& context, const Repeated2xx& repeated) {
  return context.message(repeated.copies.back()).time_ns -
         context.message(repeated.copies.front()).time_ns;
}

// The 2xx cannot come to the caller, who has nothing to acknowledge.
std::string rejected_2xx(const CallContext& context, const Repeated2xx& repeated,
                         Finding* finding) {
  const MessageRecord& message = context.message(repeated.copies.front());
  const std::string why = rejection_text(
      rejections(context.model, message.src, message.dst, message.time_ns), "it", finding);
  return why.empty() ? why : "; " + why;
}

// Who repeats the INVITE has not got the 2xx either.
std::string unheard_2xx(const CallContext& context, const AckTrace& trace) {
  constexpr int64_t kCrossing = 50'000'000;
  const TransactionRecord& first = context.model.transactions[trace.invite];
  for (MessageId id = first.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    const bool late = message.time_ns > first.final_response_ns + kCrossing;
    if (late && message.is_request() && !message.duplicate) {
      return fmt::format("; {} goes on repeating its INVITE: the {} does not come to it",
                         endpoint_text(context, first.src), first.final_status);
    }
  }
  return {};
}

// Of a capture with the responses only nobody can tell what the client sends.
bool shows_requests(const CallContext& context, const TransactionRecord& hop) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return txn.request && txn.src == hop.src && txn.dst == hop.dst;
                     });
}

// By any host, perhaps at an address of the callee's that the INVITE did not go to.
bool is_acked(const CallContext& context, const Repeated2xx& repeated) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return txn.kind == TransactionKind::ack_2xx &&
                              txn.invite == repeated.invite && txn.dialog == repeated.dialog;
                     });
}

// With an ACK in sight, only a 2xx that goes on for (nearly) 64*T1 proves that it does not arrive:
// the first ones may have been lost behind this point. Less does when it is seen to go no further.
bool is_unacknowledged(const CallContext& context, const Repeated2xx& repeated) {
  constexpr int64_t kNearlyTimerH = kTimerB * 3 / 4;
  if (span_of(context, repeated) >= kNearlyTimerH) return true;
  if (!repeated.trace.ack) return !is_acked(context, repeated);
  const int64_t acked_ns = context.model.transactions[repeated.trace.ack].first_ns;
  const auto since =
      std::count_if(repeated.copies.begin(), repeated.copies.end(),
                    [&](MessageId id) { return context.message(id).time_ns > acked_ns; });
  return is_swallowed(context, repeated.trace) && static_cast<size_t>(since) >= kMinCopies - 1;
}

// Of each hop, what each fork repeats.
std::vector<Repeated2xx> repeated_2xx(const CallContext& context) {
  const bool forked = std::any_of(context.dialogs.begin(), context.dialogs.end(),
                                  [&](DialogId id) { return context.model.dialogs[id].forked; });
  std::vector<Repeated2xx> result;
  for (const TransactionId invite : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[invite];
    if (txn.method != Method::invite || !txn.succeeded()) continue;
    if (txn.responses < kMinCopies && !forked) continue;  // before the messages are walked
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

// The 2xx that is repeated most, on the hop nearest to who repeats it.
std::optional<Repeated2xx> worst_of(const CallContext& context) {
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
    if (is_unacknowledged(context, one) && shows_requests(context, transactions[one.invite]))
      worst = one;
  }
  return worst;
}

// What became of the dialog then.
std::string ending_of(const CallContext& context, const Repeated2xx& repeated, Finding* finding) {
  if (!repeated.dialog) return {};
  const DialogRecord& dialog = context.model.dialogs[repeated.dialog];
  if (dialog.ended_ns <= context.message(repeated.copies.back()).time_ns) return {};
  finding->evidence.push_back(context.message(dialog.ended_message).frame);
  const int64_t accepted_ns = context.message(repeated.copies.front()).time_ns;
  return fmt::format("; the {} sends BYE after {}", party_text(dialog.ended_by),
                     seconds_text(dialog.ended_ns - accepted_ns));
}

void check(CallContext& context, CallAnalysis* out) {
  const std::optional<Repeated2xx> worst = worst_of(context);
  if (!worst) return;
  const TransactionRecord& txn = context.model.transactions[worst->invite];
  Finding finding = finding_of(context, detector);
  finding.txn = worst->invite;
  finding.dialog = worst->dialog;
  finding.message = worst->copies.front();
  for (const MessageId id : worst->copies) finding.evidence.push_back(context.message(id).frame);
  const std::string ending = ending_of(context, *worst, &finding);
  const AckTrace& trace = worst->trace;
  std::string why = trace.ack ? lost_ack(context, trace, &finding) : std::string();
  if (why.empty()) why = rejected_2xx(context, *worst, &finding);
  if (why.empty()) why = unheard_2xx(context, trace);
  if (why.empty()) why = unreachable_contact(context, finding.message);
  finding.summary =
      fmt::format("{} from {} sent {} times in {} and never acknowledged{}{}", txn.final_status,
                  endpoint_text(context, txn.dst), worst->copies.size(),
                  seconds_text(span_of(context, *worst)), why, ending);
  finding.explanation =
      "The callee repeats its 2xx until the ACK comes, and gives the call up after 64*T1 (32 s). "
      "No ACK reaches it: it goes to another address (Contact, Route), or the caller never sends "
      "it.";
  finding.remedy =
      "Look at the Contact of the 2xx and at the Record-Route set: a proxy that must see the ACK "
      "has to Record-Route, and a Contact behind a "
      "NAT has to be repaired (fix_nated_contact, add_contact_alias, external_signaling_address).";
  finding.rfc = "RFC 3261 13.3.1.4";
  report(out, std::move(finding));
}

const Detector detector("txn-ack-missing", Severity::error,
                        "a 2xx to INVITE is repeated and no ACK for it arrives", check);

}  // namespace
}  // namespace sipladder::txn_ack_missing
