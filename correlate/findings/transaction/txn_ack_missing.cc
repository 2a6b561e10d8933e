// txn-ack-missing: a 2xx to INVITE is repeated, because no ACK passes, or because the ACK passes
// and does not arrive. One finding for each call, with the reason when Contact or BYE tell it. The
// repeated 2xx and the BYE after 64*T1 are its evidence, not findings of their own. An ACK that
// departs from the route set or the remote target is told by dialog_misrouted.cc.
#include <fmt/format.h>

#include "correlate/findings/shared/icmp_rejection.h"
#include "correlate/findings/shared/repeated_2xx.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::txn_ack_missing {
namespace {

extern const Detector detector;

// A reason why the ACK cannot come, in words: the Contact of the 2xx names a private address, while
// the 2xx comes from a public one. Empty when that is not so.
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

// Why the ACK that was seen does not come to the callee, in words.
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
    why += fmt::format(" (frame {}), where the {} comes from, and it goes on", frames.front(),
                       transactions[trace.invite].final_status);
  return why;
}

// ICMP rejects the 2xx, so the caller has nothing to acknowledge. In words; empty without errors.
std::string rejected_2xx(const CallContext& context, const Repeated2xx& repeated,
                         Finding* finding) {
  const MessageRecord& message = context.message(repeated.copies.front());
  const std::string why = rejection_text(
      rejections(context.model, message.src, message.dst, message.time_ns), "it", finding);
  return why.empty() ? why : "; " + why;
}

// The caller goes on repeating its INVITE, so it has not got the 2xx. In words; empty otherwise.
std::string unheard_2xx(const CallContext& context, const AckTrace& trace) {
  constexpr int64_t kCrossingNs = 50'000'000;
  const TransactionRecord& first = context.model.transactions[trace.invite];
  for (MessageId id = first.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    const bool late = message.time_ns > first.final_response_ns + kCrossingNs;
    if (late && message.is_request() && !message.duplicate) {
      return fmt::format("; {} goes on repeating its INVITE: the {} does not come to it",
                         endpoint_text(context, first.src), first.final_status);
    }
  }
  return {};
}

// Where another capture would settle what this one leaves open; empty when it leaves nothing open.
std::string where_to_look(const CallContext& context, const AckTrace& trace) {
  const TransactionRecord& invite = context.model.transactions[trace.invite];
  if (!trace.ack) {
    return fmt::format(
        "Capture at {} as well: only there can be seen whether it sends an ACK, and "
        "to which address. ",
        ip_text(context, invite.src));
  }
  const TransactionRecord& ack = context.model.transactions[trace.ack];
  if (trace.beyond || context.model.endpoints[ack.dst].ip != context.model.endpoints[invite.dst].ip)
    return {};
  return fmt::format("Capture at {} as well: only there can be seen whether the ACK arrives. ",
                     ip_text(context, ack.dst));
}

void check(CallContext& context, CallAnalysis* out) {
  const std::optional<Repeated2xx> worst = unacknowledged_2xx(context);
  if (!worst) return;
  const RouteFault route = judge_ack(context, *worst).fault;
  if (route == RouteFault::ignored || route == RouteFault::wrong_target) return;
  const TransactionRecord& txn = context.model.transactions[worst->invite];
  Finding finding = finding_of(context, detector);
  finding.txn = worst->invite;
  finding.dialog = worst->dialog;
  finding.message = worst->copies.front();
  const std::string times = repeats_text(context, *worst, &finding);
  const std::string ending = ending_text(context, *worst, &finding);
  const AckTrace& trace = worst->trace;
  std::string why = trace.ack ? lost_ack(context, trace, &finding) : std::string();
  if (why.empty()) why = rejected_2xx(context, *worst, &finding);
  if (why.empty()) why = unheard_2xx(context, trace);
  const bool open = why.empty() || trace.ack;
  if (why.empty()) why = unreachable_contact(context, finding.message);
  finding.summary = fmt::format("{} from {} was {} and never acknowledged{}{}", txn.final_status,
                                endpoint_text(context, txn.dst), times, why, ending);
  finding.explanation =
      "The callee repeats its 2xx until the ACK comes, and gives the call up after 64*T1 (32 s). "
      "No ACK reaches it: it goes to another address (Contact, Route), or the caller never sends "
      "it.";
  finding.remedy =
      (open ? where_to_look(context, trace) : std::string()) +
      "Look at the Contact of the 2xx and at the Record-Route set: a proxy that must see the ACK "
      "has to Record-Route, and a Contact behind a "
      "NAT has to be repaired (fix_nated_contact, add_contact_alias, external_signaling_address).";
  finding.rfc = "RFC 3261 13.3.1.4";
  report(out, std::move(finding));
}

const Detector detector("txn-ack-missing", Severity::error,
                        "a 2xx to INVITE is repeated and no ACK for it arrives", check,
                        {.of_same = {"txn-retransmissions"}});

}  // namespace
}  // namespace sipladder::txn_ack_missing
