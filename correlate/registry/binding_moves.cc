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

SourceChange BindingMoves::note(const Model& model, const std::string& flow,
                                const Accepted& accepted) {
  const TransactionRecord& txn = accepted.txn;
  const uint64_t key = hash_text(flow);
  if (!accepted.is_active || accepted.began_anew) seen_.erase(key);
  if (!accepted.is_active) return SourceChange::none;
  Seen now{seen_by_registrar(model.endpoints[txn.src], accepted.answer),
           txn.request,
           txn.call,
           txn.cseq,
           {},
           {},
           false};
  const auto [place, is_new] = seen_.try_emplace(key, now);
  const Seen before = place->second;
  const bool same_call = before.call == now.call;
  now.other_place = same_call ? before.other_place : before.place;
  now.other_call = same_call ? before.other_call : before.call;
  // The client of an earlier Call-ID registers again from its old place: two clients share one
  // Contact.
  const bool back = !same_call && before.other_call == now.call && before.other_place == now.place;
  now.shared = before.shared || (back && before.place != now.place);
  place->second = now;
  const bool reliable = txn.transport != Transport::udp;
  if (is_new || before.shared || !is_move(before.place, now.place, reliable))
    return SourceChange::none;
  // Answers and calls go to the port in Via and Contact: the port that the client sends from does
  // not matter.
  if (accepted.reached_by_contact && before.place.ip == now.place.ip) return SourceChange::none;
  // The same REGISTER was captured before and after a hop.
  if (same_call && before.cseq == now.cseq) return SourceChange::none;
  if (now.shared) {
    std::erase_if(moves_,
                  [&](const BindingMove& move) { return move.binding == accepted.binding; });
    return SourceChange::shared;
  }
  if (!reliable && moves_.size() < kMaxMoves) {
    moves_.push_back({accepted.aor, before.place, now.place, before.message, now.message,
                      TransactionId{}, accepted.binding});
  }
  return SourceChange::moved;
}

void BindingMoves::forget_evicted(const Model& model) {
  const auto gone = [&](MessageId id) { return !model.messages.holds(id); };
  absl::erase_if(seen_, [&](const auto& entry) { return gone(entry.second.message); });
  std::erase_if(moves_, [&](const BindingMove& m) { return gone(m.before) || gone(m.after); });
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
