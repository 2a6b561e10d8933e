#include "correlate/analysis/call_peers.h"

#include <algorithm>

namespace sipladder {
namespace {

constexpr size_t kMaxPeers = 64;  // of a call

void add(PeerKind kind, std::string_view key, std::vector<Peer>* peers) {
  if (!key.empty() && peers->size() < kMaxPeers) peers->push_back({kind, std::string(key)});
}

}  // namespace

std::string_view to_string(PeerKind kind) {
  switch (kind) {
    case PeerKind::relay:
      return "relay";
    case PeerKind::address:
      return "address";
    case PeerKind::trunk:
      return "trunk";
    case PeerKind::user_agent:
      return "user-agent";
  }
  return "";
}

CallPeers::CallPeers(const Model& model, const PacketLog& log, Analyst& analyst)
    : model_(model), analyst_(analyst), view_(log) {
  analyst_.media().update();
  analyst_.endpoints().update();
  for (const EndpointId id : model_.endpoints.ids()) {
    if (id.value <= analyst_.endpoints().size() && analyst_.endpoints().of(id).role == Role::ua)
      phones_.insert({model_.endpoints[id].ip, 0});
  }
}

std::vector<Peer> CallPeers::of(CallId call) {
  std::vector<Peer> peers;
  add_programs(call, &peers);
  add_relays(call, &peers);
  add_hosts(call, &peers);
  std::sort(peers.begin(), peers.end());
  peers.erase(std::unique(peers.begin(), peers.end()), peers.end());
  return peers;
}

void CallPeers::add_hosts(CallId call, std::vector<Peer>* peers) const {
  for (TransactionId id = model_.calls[call].first_txn; id && peers->size() < kMaxPeers;
       id = model_.transactions[id].next_in_call) {
    const TransactionRecord& txn = model_.transactions[id];
    if (txn.method != Method::invite || txn.in_dialog) continue;
    const std::string src = to_string(model_.endpoints[txn.src].ip);
    const std::string dst = to_string(model_.endpoints[txn.dst].ip);
    add(PeerKind::address, src, peers);
    add(PeerKind::address, dst, peers);
    if (!src.empty() && !dst.empty()) add(PeerKind::trunk, src + " > " + dst, peers);
  }
}

void CallPeers::add_relays(CallId call, std::vector<Peer>* peers) const {
  for (const StreamId id : analyst_.media().streams_of(call)) {
    const StreamRecord& stream = model_.streams[id];
    for (const EndpointId end : {stream.src, stream.dst}) {
      const IpAddress& ip = model_.endpoints[end].ip;
      if (!phones_.contains({ip, 0})) add(PeerKind::relay, to_string(ip), peers);
    }
  }
}

void CallPeers::add_programs(CallId call, std::vector<Peer>* peers) {
  const CallRecord& record = model_.calls[call];
  if (record.first_request && view_.load(model_.messages[record.first_request]))
    add(PeerKind::user_agent, view_.sip().value(HeaderId::user_agent), peers);
  if (!record.first_response || !view_.load(model_.messages[record.first_response])) return;
  const std::string_view server = view_.sip().value(HeaderId::server);
  add(PeerKind::user_agent, server.empty() ? view_.sip().value(HeaderId::user_agent) : server,
      peers);
}

}  // namespace sipladder
