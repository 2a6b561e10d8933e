#include "correlate/nat/nat_audit.h"

#include <algorithm>
#include <tuple>

#include "capture/time_units.h"
#include "correlate/nat/binding_life.h"

namespace sipladder {
namespace {

// Hops that are read of each pair of endpoints.
constexpr uint32_t kFirstHops = 3;
constexpr uint32_t kFirstInvites = 2;     // initial INVITEs besides: they set routes and have SDP
constexpr uint32_t kFirstOfPrivate = 64;  // instead of kFirstHops, when the source is private
constexpr uint32_t kTroubledHops = 16;    // hops besides whose request was repeated
constexpr size_t kMostHops = 200'000;     // of the whole capture

struct PairCount {
  uint32_t first = 0;
  uint32_t invites = 0;
  uint32_t troubled = 0;
};

bool leaves_private(const ViaHop& inside, const ViaHop& outside) {
  return is_private_scope(scope_of(inside.source.ip)) &&
         scope_of(outside.source.ip) == AddressScope::public_;
}

// The same request of one client, with its branch, from a private source and from a public one.
bool is_translated(const Model& model, const ViaHop& inside, const ViaHop& outside) {
  if (!leaves_private(inside, outside)) return false;
  const auto leads_to = [&](TransactionId from, TransactionId to) {
    TransactionId id = model.transactions[from].next_same_branch;
    while (id && id != to) id = model.transactions[id].next_same_branch;
    return id == to;
  };
  return leads_to(inside.txn, outside.txn) || leads_to(outside.txn, inside.txn);
}

}  // namespace

void NatAudit::update() {
  const Seen seen{model_.messages.size(), model_.stun_probes.size(), model_.keepalives.size(),
                  model_.finished, model_.evicted.epoch};
  if (seen_ == seen) return;
  seen_ = seen;
  hops_.clear();
  endpoints_.clear();
  addresses_.clear();
  rewrites_.clear();
  senders_.clear();
  choose_hops();
  for (const ViaHop& hop : hops_) learn_from_hop(hop, &endpoints_[hop.source]);
  learn_from_answers();
  learn_mappings();
  learn_from_stun(model_, &endpoints_);
  learn_binding_life(model_, &endpoints_);
  registrations_.update();
  moves_ = registrations_.moves();
  find_lost_requests(model_, &moves_);
  learn_addresses();
}

void NatAudit::choose_hops() {
  absl::flat_hash_map<uint64_t, PairCount> pairs;
  absl::flat_hash_map<uint32_t, TransactionId> sent_on;
  std::vector<TransactionId> chosen;
  for (const TransactionId id : model_.transactions.ids()) {
    const TransactionRecord& txn = model_.transactions[id];
    if (txn.request_path && sent_on.contains(txn.request_path.value))
      sent_on[txn.request_path.value] = id;
    if (!txn.request || chosen.size() >= kMostHops) continue;
    PairCount& count = pairs[uint64_t{txn.src.value} << 32 | txn.dst.value];
    const bool is_private = is_private_scope(scope_of(model_.endpoints[txn.src].ip));
    const bool first = count.first < (is_private ? kFirstOfPrivate : kFirstHops);
    const bool invite =
        txn.method == Method::invite && !txn.in_dialog && count.invites < kFirstInvites;
    const bool troubled = txn.requests > 1 && count.troubled < kTroubledHops;
    if (!first && !invite && !troubled) continue;
    (first ? count.first : invite ? count.invites : count.troubled)++;
    chosen.push_back(id);
    sent_on[id.value] = TransactionId{};
  }
  hops_.reserve(chosen.size());
  for (const TransactionId id : chosen) {
    const auto hop = via_hop_of(model_, view_, id, sent_on[id.value]);
    const TransactionRecord& txn = model_.transactions[id];
    const uint8_t point = model_.messages[txn.request].point;
    for (const uint16_t seen_at : {uint16_t{point}, kAnyPoint}) {
      senders_.insert({model_.endpoints[txn.src].ip, seen_at});
      if (hop) senders_.insert({hop->answered_from.ip, seen_at});
    }
    if (hop) hops_.push_back(*hop);
  }
  find_rewrites(sent_on);
}

// Where a request is not here, the client's Via in its answer tells as much: what the client calls
// itself, and where the server saw the request come from, which is where the answer goes.
void NatAudit::learn_from_answers() {
  absl::flat_hash_map<uint32_t, uint32_t> read;  // answers, by their receiver
  for (const TransactionId id : model_.transactions.ids()) {
    const TransactionRecord& txn = model_.transactions[id];
    const MessageId answer = txn.last_message;
    if (txn.request || !answer || model_.messages[answer].is_request()) continue;
    const EndpointId to = model_.messages[answer].dst;
    const Endpoint& client = model_.endpoints[to];
    if (scope_of(client.ip) != AddressScope::public_ || read[to.value]++ >= kFirstHops ||
        !view_.load_routing(model_.messages[answer]))
      continue;
    const auto vias = header_values(view_.sip(), HeaderId::via);
    if (vias.empty()) continue;
    const Via via = parse_via(vias.front());
    const auto own = parse_ip(via.host);
    if (own && tells_nat(*own, client.ip) && parse_ip(via.received) == client.ip &&
        via.rport.value_or(client.port) == client.port)
      endpoints_[client].set_behind(*own, client);
  }
}

void NatAudit::find_rewrites(const absl::flat_hash_map<uint32_t, TransactionId>& sent_on) {
  constexpr size_t kMost = 10'000;
  // The first hop of each request, by its call, CSeq and method.
  absl::flat_hash_map<std::tuple<uint32_t, uint32_t, Method>, const ViaHop*> first;
  for (const ViaHop& hop : hops_) {
    if (rewrites_.size() >= kMost) return;
    const TransactionRecord& txn = model_.transactions[hop.txn];
    const TransactionId next = sent_on.at(hop.txn.value);
    if (next) find_rewrites_of_relay(model_, view_, hop, next, &rewrites_);
    const auto [place, is_new] = first.try_emplace({txn.call.value, txn.cseq, txn.method}, &hop);
    const ViaHop& before = *place->second;
    if (is_new || before.vias != hop.vias || before.source == hop.source) continue;
    const bool inside_first = is_private_scope(scope_of(before.source.ip));
    const ViaHop& inside = inside_first ? before : hop;
    const ViaHop& outside = inside_first ? hop : before;
    const size_t known = rewrites_.size();
    find_rewrites_of_alg(model_, view_, inside, outside, &rewrites_);
    // An ALG hides the translation from who looks at the outer request alone.
    const bool by_alg = rewrites_.size() > known && leaves_private(inside, outside);
    // One point shows a packet first as its sender sent it. A balancer gives public clients a
    // private address towards its servers: those clients are behind nothing.
    const bool one_point =
        model_.messages[inside.request].point == model_.messages[outside.request].point;
    const bool comes_from_outside = one_point && !inside_first;
    if (by_alg || (!comes_from_outside && is_translated(model_, inside, outside)))
      learn_translation(inside, outside);
  }
}

// One request was captured on both sides of a NAT: that proves the NAT, whatever Via and answers
// say.
void NatAudit::learn_translation(const ViaHop& inside, const ViaHop& outside) {
  const IpAddress& own = own_address(inside);
  endpoints_[inside.source].set_behind(own, outside.source);
  endpoints_[outside.source].set_behind(own, outside.source);
}

// Two servers that see one socket of a client at about the same time tell how its NAT maps
// (RFC 4787 4.1).
void NatAudit::learn_mappings() {
  constexpr int64_t kTogetherNs = 60 * kSecondNs;
  struct Seen {
    IpAddress server;
    Endpoint mapped;
    int64_t time_ns;
    uint32_t frame;
  };
  absl::flat_hash_map<Endpoint, Seen, EndpointHash> last;
  for (const ViaHop& hop : hops_) {
    if (!hop.received || !hop.rport || hop.reliable || *hop.received == hop.source.ip) continue;
    const MessageRecord& message = model_.messages[hop.answer ? hop.answer : hop.request];
    const Seen now{hop.server.ip, {*hop.received, *hop.rport}, message.time_ns, message.frame};
    const auto [place, is_new] = last.try_emplace(hop.source, now);
    const Seen before = place->second;
    place->second = now;
    if (is_new || before.server == now.server || now.time_ns - before.time_ns > kTogetherNs)
      continue;
    EndpointNat& endpoint = endpoints_[hop.source];
    const bool same = before.mapped == now.mapped;
    if (!is_dependent(endpoint.mapping))
      endpoint.mapping = same ? NatRule::endpoint_independent : NatRule::dependent;
    if (!same) endpoint.type = NatType::symmetric;
    endpoint.type_frames.insert(endpoint.type_frames.end(), {before.frame, now.frame});
  }
}

void NatAudit::learn_addresses() {
  for (const auto& [end, nat] : endpoints_) {
    if (!nat.behind) continue;
    AddressNat& address = addresses_[{end.ip, 0}];
    address.contradicts = address.contradicts || (address.behind && *address.behind != *nat.behind);
    address.behind = nat.behind;
  }
}

const EndpointNat* NatAudit::of(const Endpoint& endpoint) const {
  const auto found = endpoints_.find(endpoint);
  return found == endpoints_.end() ? nullptr : &found->second;
}

std::optional<bool> NatAudit::is_behind_nat(const Endpoint& endpoint) const {
  const EndpointNat* own = of(endpoint);
  if (own != nullptr && own->behind) return own->behind;
  const auto address = addresses_.find({endpoint.ip, 0});
  if (address == addresses_.end() || address->second.contradicts) return std::nullopt;
  return address->second.behind;
}

}  // namespace sipladder
