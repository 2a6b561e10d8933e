#include "correlate/nat/binding_moves.h"

#include <absl/container/flat_hash_map.h>

#include "capture/time_units.h"
#include "correlate/hash.h"
#include "correlate/transactions.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t kMostRegisters = 200'000;
constexpr size_t kMostMoves = 10'000;
constexpr int64_t kUnanswered_ns = 2 * kSecond_ns;

struct Place {
  Endpoint seen;  // by the registrar
  MessageId message;
};

// The REGISTER as the key of its registration; empty when it is none of a client itself.
std::string registration_of(const Model& model, const TransactionRecord& txn, const SipIndex& sip) {
  const auto contacts = header_values(sip, HeaderId::contact);
  if (contacts.size() != 1 || contacts.front() == "*") return "";
  if (header_values(sip, HeaderId::via).size() != 1) return "";
  const NameAddr contact = parse_name_addr(contacts.front());
  const SipUri aor = parse_uri(parse_name_addr(sip.value(HeaderId::to)).uri);
  std::string key(aor.user);
  key.append("@").append(aor.host).append("\n").append(contact.uri);
  for (const std::string_view name : {"+sip.instance", "reg-id"})
    key.append("\n").append(param(contact.params, name).value_or(""));
  return key + "\n" + to_string(model.endpoints[txn.dst].ip);
}

// The client's public address: what the answer says inside a NAT, the source outside of it.
Endpoint seen_by_registrar(const Endpoint& source, const SipIndex& answer) {
  const auto vias = header_values(answer, HeaderId::via);
  if (vias.empty()) return source;
  const Via via = parse_via(vias.front());
  const auto received = parse_ip(via.received);
  const bool translated =
      received && *received != source.ip && is_private_scope(scope_of(source.ip));
  return translated ? Endpoint{*received, via.rport.value_or(0)} : source;
}

bool is_other(const Endpoint& a, const Endpoint& b) {
  return a.ip != b.ip || (a.port != 0 && b.port != 0 && a.port != b.port);
}

// Requests to places that were left, after the newest packet that came from there.
void find_lost_requests(const Model& model, std::vector<BindingMove>* moves) {
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

}  // namespace

bool is_left_unanswered(const Model& model, const TransactionRecord& txn) {
  if (txn.method == Method::ack || txn.first_response_ns != 0) return false;
  return txn.last_ns - txn.first_ns >= kUnanswered_ns ||
         (txn.requests > 1 && watched_until(model, txn) - txn.last_ns >= kUnanswered_ns);
}

std::vector<BindingMove> find_moves(const Model& model, MessageView& view) {
  std::vector<BindingMove> moves;
  absl::flat_hash_map<std::string, Place> places;
  size_t read = 0;
  for (const TransactionId id : model.transactions.ids()) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.method != Method::register_ || !txn.succeeded() || !txn.request ||
        txn.transport != Transport::udp)
      continue;
    if (++read > kMostRegisters || moves.size() >= kMostMoves) break;
    if (!view.load(model.messages[txn.request])) continue;
    const std::string key = registration_of(model, txn, view.sip());
    if (key.empty() || !view.load(model.messages[txn.final_response])) continue;
    const Endpoint seen = seen_by_registrar(model.endpoints[txn.src], view.sip());
    const auto [place, is_new] = places.try_emplace(key, Place{seen, txn.request});
    if (!is_new && is_other(place->second.seen, seen)) {
      moves.push_back({key.substr(0, key.find('\n')), place->second.seen, seen,
                       place->second.message, txn.request, TransactionId{}});
    }
    place->second = {seen, txn.request};
  }
  if (!moves.empty()) find_lost_requests(model, &moves);
  return moves;
}

}  // namespace sipladder
