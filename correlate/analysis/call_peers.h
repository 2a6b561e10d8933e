// Who takes part in a call: the hosts that its INVITEs pass, the links between them, the relays of
// its media, the programs at both ends. Peers of many calls are compared to find what faulty calls
// have in common.
//
// Threads: as Model.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

enum class PeerKind : uint8_t {
  relay,       // an address that media passes, and that no phone signals from
  address,     // a host that an INVITE comes from or goes to
  trunk,       // from one such host to the next: "192.0.2.1 > 198.51.100.7"
  user_agent,  // User-Agent of the first request, Server or User-Agent of the first response
};
std::string_view to_string(PeerKind kind);

struct Peer {
  PeerKind kind = PeerKind::address;
  std::string key;
  bool operator==(const Peer&) const = default;
  bool operator<(const Peer& other) const {
    return std::tie(kind, key) < std::tie(other.kind, other.key);
  }
};

class CallPeers {
 public:
  // Updates the roles of addresses and the streams of calls; later packets are not taken in. All
  // three arguments must outlive this object.
  CallPeers(const Model& model, const PacketLog& log, Analyst& analyst);

  // Sorted, each once. At most 64; of a call with more, those found first.
  std::vector<Peer> of(CallId call);

 private:
  void add_hosts(CallId call, std::vector<Peer>* peers) const;
  void add_relays(CallId call, std::vector<Peer>* peers) const;
  void add_programs(CallId call, std::vector<Peer>* peers);

  const Model& model_;
  Analyst& analyst_;
  MessageView view_;
  absl::flat_hash_set<Endpoint, EndpointHash> phones_;  // their addresses, with port 0
};

}  // namespace sipladder
