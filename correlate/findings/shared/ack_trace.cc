#include "correlate/findings/shared/ack_trace.h"

#include "correlate/findings/shared/hops.h"
#include "decode/text.h"

namespace sipladder {
namespace {

bool same_host(const CallContext& context, EndpointId a, EndpointId b) {
  return context.model.endpoints[a].ip == context.model.endpoints[b].ip;
}

// The first of them: some stacks give each ACK for a repeated 2xx a branch of its own.
TransactionId ack_from(const CallContext& context, const TransactionRecord& invite,
                       DialogId dialog) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& ack = context.model.transactions[id];
    const bool its = ack.kind == TransactionKind::ack_2xx && ack.request &&
                     ack.cseq == invite.cseq && ack.dialog == dialog &&
                     same_host(context, ack.src, invite.src);
    if (its) return id;
  }
  return {};
}

}  // namespace

DialogId dialog_on(const CallContext& context, TransactionId hop, DialogId after) {
  const TransactionRecord& invite = context.model.transactions[hop];
  for (MessageId id = invite.last_message; id; id = context.message(id).previous_in_txn) {
    if (context.message(id).status >= 200 && context.message(id).dialog == after) return after;
  }
  return context.message(invite.final_response).dialog;
}

AckTrace trace_ack(const CallContext& context, TransactionId invite, DialogId dialog) {
  const auto& transactions = context.model.transactions;
  const uint32_t cseq = transactions[invite].cseq;
  AckTrace trace;
  int steps = 0;
  for (TransactionId id = invite; id && steps < kMaxForwards; steps++) {
    const TransactionRecord& hop = transactions[id];
    if (hop.call != context.id || hop.cseq != cseq || !hop.final_response) break;
    if (trace.invite) trace.beyond = trace.invite;
    trace.invite = id;
    dialog = dialog_on(context, id, dialog);
    trace.ack = ack_from(context, hop, dialog);
    if (trace.ack) break;
    // The hop before; across a NAT it is the transaction with the same branch.
    id = hop.request_path ? hop.request_path : hop.next_same_branch;
  }
  return trace;
}

bool is_swallowed(const CallContext& context, const AckTrace& trace) {
  if (!trace.ack || !trace.beyond) return false;
  const auto& transactions = context.model.transactions;
  const TransactionRecord& ack = transactions[trace.ack];
  const TransactionRecord& beyond = transactions[trace.beyond];
  if (!beyond.request) return false;
  const bool by_nat = same_host(context, transactions[trace.invite].dst, beyond.dst) &&
                      same_host(context, ack.dst, beyond.dst);
  return by_nat || same_host(context, ack.dst, beyond.src);
}

std::string other_way(CallContext& context, const AckTrace& trace) {
  const TransactionRecord& ack = context.model.transactions[trace.ack];
  const TransactionRecord& beyond = context.model.transactions[trace.beyond];
  if (!context.view.load(context.message(ack.request))) return {};
  const SipIndex& sip = context.view.sip();
  const auto host_of = [](std::string_view uri) { return parse_ip(parse_uri(uri).host); };
  std::string_view next = sip.request_uri;
  for (const std::string_view route : header_values(sip, HeaderId::route)) {
    const std::string_view uri = parse_name_addr(route).uri;
    if (host_of(uri) == context.model.endpoints[ack.dst].ip) continue;  // the proxy's own Route
    next = uri;
    break;
  }
  const auto ip = host_of(next);
  // The receiver is to translate the URI itself (a GRUU, RFC 5627), so its way on is not known.
  if (!ip || *ip == context.model.endpoints[ack.dst].ip) return {};
  return *ip != context.model.endpoints[beyond.dst].ip ? std::string(next) : std::string();
}

}  // namespace sipladder
