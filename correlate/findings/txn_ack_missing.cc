// txn-ack-missing: a 2xx to INVITE is repeated and no ACK passes, or it passes and does not arrive.
// One finding per call, with the reason when Contact, route or BYE tell it; the repeated 2xx and
// the BYE after 64*T1 are its evidence, not findings of their own.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "correlate/dialog_route.h"
#include "correlate/findings/ack_trace.h"
#include "correlate/findings/icmp_rejection.h"
#include "correlate/findings/support.h"
#include "correlate/transactions.h"

namespace sipladder {
namespace {

constexpr uint16_t kMinCopies = 4;  // fewer can be one lost ACK

extern const Detector detector;

// Why the ACK could not come: the 2xx names a remote target that is private while the callee is
// elsewhere.
std::string unreachable_contact(CallContext& context, const TransactionRecord& txn) {
  if (!context.view.load(context.message(txn.final_response))) return {};
  const SipUri uri = parse_uri(parse_name_addr(context.view.sip().value(HeaderId::contact)).uri);
  const auto ip = parse_ip(uri.host);
  const IpAddress& callee = context.model.endpoints[txn.dst].ip;
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
                       unreachable_contact(context, transactions[trace.beyond]));
  }
  if (scope_of(to.ip) != AddressScope::public_ && scope_of(callee.ip) == AddressScope::public_) {
    return why + ", which cannot be reached from there";
  }
  if (!trace.beyond && to.ip == callee.ip)
    why += fmt::format(" (frame {}), where it does not arrive", frames.front());
  return why;
}

// The 2xx cannot come to the caller, who has nothing to acknowledge.
std::string rejected_2xx(const CallContext& context, const TransactionRecord& txn,
                         Finding* finding) {
  const MessageRecord& message = context.message(txn.final_response);
  const std::string why = rejection_text(
      rejections(context.model, message.src, message.dst, message.time_ns), "it", finding);
  return why.empty() ? why : "; " + why;
}

bool is_repeated(const TransactionRecord& txn) {
  return txn.method == Method::invite && txn.succeeded() && txn.responses >= kMinCopies;
}

// Of the request, or of its final response.
uint32_t copies_since(const CallContext& context, const TransactionRecord& txn, int64_t time_ns,
                      uint16_t status) {
  uint32_t copies = 0;
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    if (message.status == status && !message.duplicate && message.time_ns > time_ns) copies++;
  }
  return copies;
}

// Who repeats the INVITE has not got the 2xx either.
std::string unheard_2xx(const CallContext& context, const AckTrace& trace) {
  constexpr int64_t kCrossing = 50'000'000;
  const TransactionRecord& first = context.model.transactions[trace.invite];
  if (copies_since(context, first, first.final_response_ns + kCrossing, 0) == 0) return {};
  return fmt::format("; {} goes on repeating its INVITE: the {} does not come to it",
                     endpoint_text(context, first.src), first.final_status);
}

// Of a capture with the responses only nobody can tell what the client sends.
bool shows_requests(const CallContext& context, const TransactionRecord& hop) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return txn.request && txn.src == hop.src && txn.dst == hop.dst;
                     });
}

// With an ACK in sight, only a 2xx that goes on for (nearly) 64*T1 proves that it does not arrive:
// the first ones may have been lost behind this point. Less does when it is seen to go no further.
bool is_unacknowledged(const CallContext& context, const TransactionRecord& txn,
                       const AckTrace& trace) {
  constexpr int64_t kNearlyTimerH = kTimerB * 3 / 4;
  if (txn.last_ns - txn.final_response_ns >= kNearlyTimerH) return true;
  if (!trace.ack) return !txn.acked;
  const int64_t acked_ns = context.model.transactions[trace.ack].first_ns;
  return is_swallowed(context, trace) &&
         copies_since(context, txn, acked_ns, txn.final_status) >= kMinCopies - 1;
}

struct Unacknowledged {
  TransactionId invite;
  AckTrace trace;
};

// The 2xx that is repeated most, on the hop nearest to who repeats it.
Unacknowledged worst_of(const CallContext& context) {
  const auto& transactions = context.model.transactions;
  std::vector<TransactionId> repeated;
  std::set<TransactionId> passed_on;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = transactions[id];
    if (!is_repeated(txn)) continue;
    repeated.push_back(id);
    for (const TransactionId before : {txn.request_path, txn.next_same_branch}) {
      if (before && transactions[before].cseq == txn.cseq) passed_on.insert(before);
    }
  }
  Unacknowledged worst;
  for (const TransactionId id : repeated) {
    const TransactionRecord& txn = transactions[id];
    if (passed_on.contains(id)) continue;
    if (worst.invite && txn.responses <= transactions[worst.invite].responses) continue;
    const AckTrace trace = trace_ack(context, id);
    if (is_unacknowledged(context, txn, trace) && shows_requests(context, txn)) worst = {id, trace};
  }
  return worst;
}

void check(CallContext& context, CallAnalysis* out) {
  const auto [id, trace] = worst_of(context);
  if (!id) return;
  const TransactionRecord* txn = &context.model.transactions[id];
  Finding finding = finding_of(context, detector);
  finding.txn = id;
  finding.dialog = txn->dialog;
  finding.message = txn->final_response;
  finding.evidence = frames_of(context, *txn, false);
  const int64_t span = txn->last_ns - txn->final_response_ns;
  std::string ending;
  if (context.call.bye_ns > txn->last_ns) {
    for (const DialogId dialog_id : context.dialogs) {
      const DialogRecord& dialog = context.model.dialogs[dialog_id];
      if (dialog.ended_ns != context.call.bye_ns) continue;
      ending = fmt::format("; the {} sends BYE after {}", party_text(dialog.ended_by),
                           seconds_text(context.call.bye_ns - txn->final_response_ns));
      finding.evidence.push_back(context.message(dialog.ended_message).frame);
    }
  }
  std::string why = trace.ack ? lost_ack(context, trace, &finding) : std::string();
  if (why.empty()) why = rejected_2xx(context, *txn, &finding);
  if (why.empty()) why = unheard_2xx(context, trace);
  if (why.empty()) why = unreachable_contact(context, *txn);
  finding.summary = fmt::format("{} from {} sent {} times in {} and never acknowledged{}{}",
                                txn->final_status, endpoint_text(context, txn->dst), txn->responses,
                                seconds_text(span), why, ending);
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
}  // namespace sipladder
