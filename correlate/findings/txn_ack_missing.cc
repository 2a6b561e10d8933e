// txn-ack-missing: a 2xx to INVITE is repeated and no ACK passes, or it passes and does not arrive.
// One finding per call, with the reason when Contact, route or BYE tell it; the repeated 2xx and
// the BYE after 64*T1 are its evidence, not findings of their own.
#include <fmt/format.h>

#include "correlate/dialog_route.h"
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

// The ACKs that were seen go where the callee is not.
std::string lost_acks(CallContext& context, TransactionId invite, Finding* finding) {
  const TransactionRecord* ack = nullptr;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.kind == TransactionKind::ack_2xx && txn.invite == invite && txn.request) ack = &txn;
  }
  if (ack == nullptr) return {};
  for (const uint32_t frame : frames_of(context, *ack, true)) finding->evidence.push_back(frame);
  const Endpoint& to = context.model.endpoints[ack->dst];
  const Endpoint& callee = context.model.endpoints[context.model.transactions[invite].dst];
  std::string why = fmt::format("; the caller sends its ACK to {}", to_string(to));
  const RouteVerdict verdict = judge_route(context, context.message(ack->request));
  if (verdict.fault == RouteFault::ignored) {
    why += fmt::format(" and not by the route {} (frame {})", verdict.expected, verdict.frame);
  } else if (verdict.fault == RouteFault::wrong_target) {
    why += fmt::format(" for {}, while the Contact is {} (frame {})", verdict.actual,
                       verdict.expected, verdict.frame);
  } else if (scope_of(to.ip) != AddressScope::public_ &&
             scope_of(callee.ip) == AddressScope::public_) {
    why += ", which cannot be reached from there";
  }
  return why;
}

// With an ACK in sight, only a 2xx that goes on for (nearly) 64*T1 proves that it does not arrive:
// the first ones may have been lost behind this point.
bool is_unacknowledged(const TransactionRecord& txn) {
  if (txn.method != Method::invite || txn.final_status < 200 || txn.final_status > 299)
    return false;
  if (txn.responses < kMinCopies) return false;
  constexpr int64_t kNearlyTimerH = kTimerB * 3 / 4;
  return !txn.acked || txn.last_ns - txn.final_response_ns >= kNearlyTimerH;
}

const TransactionRecord* unacknowledged(const CallContext& context, TransactionId* which) {
  const TransactionRecord* worst = nullptr;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!is_unacknowledged(txn) || (worst != nullptr && txn.responses <= worst->responses))
      continue;
    worst = &txn;
    *which = id;
  }
  return worst;
}

void check(CallContext& context, CallAnalysis* out) {
  TransactionId id;
  const TransactionRecord* txn = unacknowledged(context, &id);
  if (txn == nullptr) return;
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
  std::string why = txn->acked ? lost_acks(context, id, &finding) : std::string();
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
