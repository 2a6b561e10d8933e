#include "correlate/registry/binding_moves.h"

#include <absl/container/flat_hash_map.h>

#include "capture/time_units.h"
#include "correlate/model/hash.h"
#include "correlate/sip/transactions.h"

namespace sipladder {
namespace {

constexpr int64_t kUnansweredNs = 2 * kSecondNs;

}  // namespace

Endpoint seen_by_registrar(const Endpoint& source, const SipIndex& answer) {
  const auto vias = header_values(answer, HeaderId::via);
  if (vias.empty()) return source;
  const Via via = parse_via(vias.front());
  const auto received = parse_ip(via.received);
  const bool translated =
      received && *received != source.ip && is_private_scope(scope_of(source.ip));
  return translated ? Endpoint{*received, via.rport.value_or(0)} : source;
}

bool is_move(const Endpoint& from, const Endpoint& to, bool reliable) {
  if (from.ip != to.ip) return true;
  return !reliable && from.port != 0 && to.port != 0 && from.port != to.port;
}

void find_lost_requests(const Model& model, std::vector<BindingMove>* moves) {
  if (moves->empty()) return;
  absl::flat_hash_map<Endpoint, BindingMove*, EndpointHash> left;
  for (BindingMove& move : *moves) left.emplace(move.from, &move);
  absl::flat_hash_map<uint32_t, int64_t> newest_from;
  for (const MessageId id : model.messages.ids()) {
    const MessageRecord& message = model.messages[id];
    if (left.contains(model.endpoints[message.src]))
      newest_from[message.src.value] = message.time_ns;
  }
  for (const TransactionId id : model.transactions.ids()) {
    const TransactionRecord& txn = model.transactions[id];
    if (!txn.request || !is_left_unanswered(model, txn)) continue;
    const auto move = left.find(model.endpoints[txn.dst]);
    if (move == left.end() || move->second->lost) continue;
    if (txn.first_ns > newest_from[txn.dst.value]) move->second->lost = id;
  }
}

bool is_left_unanswered(const Model& model, const TransactionRecord& txn) {
  if (txn.method == Method::ack || txn.first_response_ns != 0) return false;
  return txn.last_ns - txn.first_ns >= kUnansweredNs ||
         (txn.requests > 1 && watched_until(model, txn) - txn.last_ns >= kUnansweredNs);
}

}  // namespace sipladder
