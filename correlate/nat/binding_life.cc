#include "correlate/nat/binding_life.h"

#include <algorithm>
#include <array>

#include "capture/time_units.h"
#include "correlate/model/beside_table.h"
#include "correlate/registry/binding_moves.h"

namespace sipladder {
namespace {

// A keep-alive from an endpoint, or to it.
struct Beat {
  int64_t time_ns;
  KeepaliveKind kind;
  bool from_endpoint;
};

// One endpoint behind a NAT as its servers see it.
struct Flow {
  EndpointNat* nat = nullptr;
  int64_t newest_ns = 0;      // packet in either direction
  int64_t newest_out_ns = 0;  // from the endpoint: it is still there
  std::vector<Beat> beats;
};

class Flows {
 public:
  Flows(const Model& model, EndpointNats* endpoints) : model_(model) {
    places_.reset(model.endpoints);
    for (const EndpointId id : model.endpoints.ids()) {
      const auto found = endpoints->find(model.endpoints[id]);
      if (found == endpoints->end() || found->second.behind != true) continue;
      flows_.push_back({&found->second, 0, 0, {}});
      places_[id] = static_cast<uint32_t>(flows_.size());
    }
  }

  Flow* of(EndpointId id) { return places_[id] == 0 ? nullptr : &flows_[places_[id] - 1]; }

  void learn() {
    size_t next = 0;
    for (const MessageId id : model_.messages.ids()) {
      const MessageRecord& message = model_.messages[id];
      add_keepalives_until(message.time_ns, &next);
      if (message.transport == Transport::udp && !message.duplicate) add_message(id, message);
    }
    add_keepalives_until(INT64_MAX, &next);
    for (Flow& flow : flows_) conclude(flow);
  }

 private:
  void add(EndpointId src, EndpointId dst, KeepaliveKind kind, int64_t time_ns) {
    for (const EndpointId id : {src, dst}) {
      Flow* flow = of(id);
      if (flow == nullptr) continue;
      flow->newest_ns = time_ns;
      if (id == src) flow->newest_out_ns = time_ns;
      if (kind == KeepaliveKind::none) continue;
      flow->beats.push_back({time_ns, kind, id == src});
    }
  }

  void add_keepalives_until(int64_t time_ns, size_t* next) {
    for (; *next < model_.keepalives.size(); (*next)++) {
      const Keepalive& keepalive = model_.keepalives[*next];
      if (keepalive.time_ns > time_ns) return;
      add(keepalive.src, keepalive.dst, keepalive.kind, keepalive.time_ns);
    }
  }

  void add_message(MessageId id, const MessageRecord& message) {
    if (!model_.transactions.holds(message.txn)) {  // without Via there is none
      add(message.src, message.dst, KeepaliveKind::none, message.time_ns);
      return;
    }
    const TransactionRecord& txn = model_.transactions[message.txn];
    Flow* to = of(message.dst);
    const bool first = txn.request == id;
    if (to != nullptr && first && txn.method != Method::ack) judge(*to, txn, message);
    KeepaliveKind kind = KeepaliveKind::none;
    if (first && !txn.in_dialog && message.method == Method::options) kind = KeepaliveKind::options;
    if (first && message.method == Method::register_) kind = KeepaliveKind::register_;
    add(message.src, message.dst, kind, message.time_ns);
  }

  // A request towards the endpoint, after a silence.
  void judge(Flow& flow, const TransactionRecord& txn, const MessageRecord& message) const {
    if (flow.newest_ns == 0) return;
    const int64_t silence_ns = message.time_ns - flow.newest_ns;
    if (txn.first_response_ns != 0) {
      flow.nat->survived_ns = std::max(flow.nat->survived_ns, silence_ns);
      return;
    }
    if (!is_left_unanswered(model_, txn)) return;
    if (flow.nat->died_ns == 0 || silence_ns < flow.nat->died_ns) {
      flow.nat->died_ns = silence_ns;
      flow.nat->died_txn = message.txn;
    }
  }

  // What came through later proves that it was not dead.
  void conclude(Flow& flow) const {
    if (flow.nat->died_txn) {
      const TransactionRecord& txn = model_.transactions[flow.nat->died_txn];
      const bool lives = flow.newest_out_ns > txn.first_ns;
      if (lives || flow.nat->survived_ns >= flow.nat->died_ns) {
        flow.nat->died_ns = 0;
        flow.nat->died_txn = {};
      }
    }
    // What answers it does not keep the binding.
    if (!choose_keepalive(flow, true)) choose_keepalive(flow, false);
  }

  // The kind that came most often, at least twice.
  static KeepaliveKind commonest(const Flow& flow, bool from_endpoint) {
    std::array<size_t, 7> counts{};
    for (const Beat& beat : flow.beats)
      if (beat.from_endpoint == from_endpoint) counts[static_cast<size_t>(beat.kind)]++;
    size_t chosen = 0;
    for (size_t kind = 1; kind < counts.size(); kind++)
      if (counts[kind] >= 2 && counts[kind] > counts[chosen]) chosen = kind;
    return static_cast<KeepaliveKind>(chosen);
  }

  static bool choose_keepalive(const Flow& flow, bool from_endpoint) {
    const KeepaliveKind chosen = commonest(flow, from_endpoint);
    if (chosen == KeepaliveKind::none) return false;
    std::vector<int64_t> gaps;
    int64_t last_ns = 0;
    for (const Beat& beat : flow.beats) {
      if (beat.kind != chosen || beat.from_endpoint != from_endpoint) continue;
      if (last_ns != 0) gaps.push_back(beat.time_ns - last_ns);
      last_ns = beat.time_ns;
    }
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    // A burst; of STUN, the tests of a client.
    const bool stun = chosen == KeepaliveKind::stun;
    if (*middle < (stun ? 5 : 1) * kSecondNs) return false;
    flow.nat->keepalive = chosen;
    flow.nat->keepalive_ns = *middle;
    return true;
  }

  const Model& model_;
  std::vector<Flow> flows_;
  BesideTable<uint32_t, EndpointId> places_;  // in flows_, from 1; 0 where no NAT is known
};

}  // namespace

void learn_binding_life(const Model& model, EndpointNats* endpoints) {
  const bool any = std::any_of(endpoints->begin(), endpoints->end(),
                               [](const auto& entry) { return entry.second.behind == true; });
  if (any) Flows(model, endpoints).learn();
}

}  // namespace sipladder
