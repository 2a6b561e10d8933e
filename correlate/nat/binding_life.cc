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

constexpr size_t kMaxPeers = 16;  // of one endpoint; a new one replaces the one met first

// One endpoint behind a NAT and the hosts that it talks to. They are kept apart, because a NAT may
// have a binding or a filter for each destination.
struct Flow {
  struct Peer {
    EndpointId id;
    int64_t newest_ns = 0;      // newest packet in either direction
    int64_t newest_out_ns = 0;  // newest packet from the endpoint: it was there
  };
  EndpointNat* nat = nullptr;
  std::vector<Peer> peers;
  std::vector<Beat> beats;

  Peer& peer(EndpointId id) {
    for (Peer& one : peers)
      if (one.id == id) return one;
    if (peers.size() == kMaxPeers) peers.erase(peers.begin());
    return peers.emplace_back(Peer{id});
  }
};

class Flows {
 public:
  Flows(const Model& model, EndpointNats* endpoints) : model_(model) {
    places_.reset(model.endpoints);
    for (const EndpointId id : model.endpoints.ids()) {
      const auto found = endpoints->find(model.endpoints[id]);
      if (found == endpoints->end() || found->second.behind != true) continue;
      flows_.push_back({&found->second, {}, {}});
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
      Flow::Peer& peer = flow->peer(id == src ? dst : src);
      peer.newest_ns = time_ns;
      if (id == src) peer.newest_out_ns = time_ns;
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
    if (!model_.transactions.holds(message.txn)) {  // a message without Via has none
      add(message.src, message.dst, KeepaliveKind::none, message.time_ns);
      return;
    }
    const TransactionRecord& txn = model_.transactions[message.txn];
    Flow* to = of(message.dst);
    const bool first = txn.request == id;
    if (to != nullptr && first && txn.method != Method::ack) judge(*to, txn, message);
    KeepaliveKind kind = KeepaliveKind::none;
    if (first && !txn.in_dialog && message.method == Method::options) kind = KeepaliveKind::options;
    if (first && message.method == Method::register_ && !says_goodbye(message))
      kind = KeepaliveKind::register_;
    add(message.src, message.dst, kind, message.time_ns);
  }

  // A client that unregisters is gone: its last REGISTER, and the one that was challenged before,
  // keep nothing open.
  bool says_goodbye(const MessageRecord& message) const {
    constexpr int64_t kChallengeNs = 2 * kSecondNs;
    const CallRecord& call = model_.calls[message.call];
    return call.unregisters && call.end_ns - message.time_ns < kChallengeNs;
  }

  // A request towards the endpoint, after a silence.
  void judge(Flow& flow, const TransactionRecord& txn, const MessageRecord& message) const {
    const Flow::Peer& peer = flow.peer(message.src);
    if (peer.newest_out_ns == 0) return;  // the endpoint has opened no binding towards this peer
    const int64_t silence_ns = message.time_ns - peer.newest_ns;
    if (txn.first_response_ns != 0) {
      flow.nat->survived_ns = std::max(flow.nat->survived_ns, silence_ns);
      return;
    }
    if (!is_left_unanswered(model_, txn)) return;
    // Packets towards the endpoint may have gone into a dead binding. So the silence counts from
    // the newest packet that came out.
    const int64_t unheard_ns = message.time_ns - peer.newest_out_ns;
    if (flow.nat->died_ns == 0 || unheard_ns < flow.nat->died_ns) {
      flow.nat->died_ns = unheard_ns;
      flow.nat->died_txn = message.txn;
    }
  }

  // A packet that came through later proves that the binding was not dead.
  void conclude(Flow& flow) const {
    if (flow.nat->died_txn) {
      const TransactionRecord& txn = model_.transactions[flow.nat->died_txn];
      const bool lives = flow.peer(txn.src).newest_out_ns > txn.first_ns;
      if (lives || flow.nat->survived_ns >= flow.nat->died_ns) {
        flow.nat->died_ns = 0;
        flow.nat->died_txn = {};
      }
    }
    choose_keepalive(flow);
  }

  // One kind of keep-alive in one direction.
  struct Rhythm {
    KeepaliveKind kind = KeepaliveKind::none;
    bool from_endpoint = false;
    size_t beats = 0;
    std::vector<int64_t> gaps;  // not those within a burst, or between the tests of a STUN client

    int64_t usual_ns() const {
      std::vector<int64_t> sorted = gaps;
      const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
      std::nth_element(sorted.begin(), middle, sorted.end());
      return *middle;
    }
  };

  static std::vector<Rhythm> rhythms_of(const Flow& flow) {
    constexpr size_t kKinds = 7;
    std::array<Rhythm, 2 * kKinds> all{};
    std::array<int64_t, 2 * kKinds> last_ns{};
    for (const Beat& beat : flow.beats) {
      const size_t place = 2 * static_cast<size_t>(beat.kind) + (beat.from_endpoint ? 1 : 0);
      Rhythm& rhythm = all[place];
      rhythm.kind = beat.kind;
      rhythm.from_endpoint = beat.from_endpoint;
      const int64_t gap_ns = beat.time_ns - last_ns[place];
      const bool burst = gap_ns < (beat.kind == KeepaliveKind::stun ? 5 : 1) * kSecondNs;
      if (last_ns[place] != 0 && !burst) rhythm.gaps.push_back(gap_ns);
      if (last_ns[place] == 0 || !burst) rhythm.beats++;
      last_ns[place] = beat.time_ns;
    }
    std::vector<Rhythm> heard;
    for (Rhythm& rhythm : all)
      if (!rhythm.gaps.empty()) heard.push_back(std::move(rhythm));
    return heard;
  }

  // The keep-alive that comes most often keeps the binding open, whoever sends it. Of two that come
  // about as often, that of the endpoint is chosen: the other one answers it.
  static void choose_keepalive(const Flow& flow) {
    const std::vector<Rhythm> rhythms = rhythms_of(flow);
    size_t most = 0;
    for (const Rhythm& rhythm : rhythms) most = std::max(most, rhythm.beats);
    const Rhythm* best = nullptr;
    for (const Rhythm& rhythm : rhythms) {
      if (rhythm.beats * 2 < most) continue;
      if (best == nullptr || is_closer(rhythm, *best)) best = &rhythm;
    }
    if (best == nullptr) return;
    flow.nat->keepalive = best->kind;
    flow.nat->keepalive_ns = best->usual_ns();
  }

  static bool is_closer(const Rhythm& a, const Rhythm& b) {
    if (a.from_endpoint == b.from_endpoint) return a.usual_ns() < b.usual_ns();
    // Answers come as often as what they answer, give or take a fifth.
    return a.from_endpoint ? a.usual_ns() * 5 <= b.usual_ns() * 6
                           : a.usual_ns() * 6 < b.usual_ns() * 5;
  }

  const Model& model_;
  std::vector<Flow> flows_;
  BesideTable<uint32_t, EndpointId> places_;  // 1-based index into flows_; 0: not behind a NAT
};

}  // namespace

void learn_binding_life(const Model& model, EndpointNats* endpoints) {
  const bool any = std::any_of(endpoints->begin(), endpoints->end(),
                               [](const auto& entry) { return entry.second.behind == true; });
  if (any) Flows(model, endpoints).learn();
}

}  // namespace sipladder
