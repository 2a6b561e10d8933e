// What opens a path before media takes it: connectivity checks of ICE, handshakes of DTLS, and
// allocations of TURN. And fax, which takes the path of the voice that it follows (T.38).
//
// Threads: the one that keeps the streams. Bounds: kMaxPaths of Model::ice_checks, of
// Model::handshakes, of Model::turn_allocations and of Model::fax_until_ns; later ones are not
// kept.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "decode/datagram.h"

namespace sipladder {

inline constexpr uint32_t kMaxPaths = 131'072;

// Hash of a check's USERNAME, "RECEIVER:SENDER": a=ice-ufrag of the SDP of the check's receiver and
// of its sender (RFC 8445 7.2.2).
uint64_t hash_of_check(std::string_view username);

class MediaPaths {
 public:
  explicit MediaPaths(Model& model) : model_(model) {}

  void add_stun(const Datagram& datagram);
  void add_dtls(const Datagram& datagram);
  // Requires a packet of UDPTL.
  void add_fax(const Datagram& datagram);
  // Requires an ICMP error: ends and payload are those of the quoted packet.
  void add_icmp(const Datagram& datagram);

  size_t bytes() const {
    return (checks_.capacity() + handshakes_.capacity() + allocations_.capacity() +
            model_.fax_until_ns.capacity()) *
               kMapSlot +
           model_.ice_checks.capacity() * sizeof(IceCheckRecord) +
           model_.turn_allocations.capacity() * sizeof(TurnAllocation) +
           model_.handshakes.capacity() * sizeof(HandshakeRecord);
  }

 private:
  void add_allocation(const Endpoint& relayed, const Endpoint& client);
  IceCheckRecord* newest_check(const Endpoint& src, const Endpoint& dst);
  IceCheckRecord* check_of(const Datagram& datagram, uint64_t username);
  HandshakeRecord* newest_handshake(const Endpoint& client, const Endpoint& server);
  HandshakeRecord* handshake_of(const Datagram& datagram, const DtlsPacket& packet);

  Model& model_;
  // The newest record of each path, by pair_key() of its two ends.
  absl::flat_hash_map<uint64_t, uint32_t, IdentityHash> checks_;      // into Model::ice_checks
  absl::flat_hash_map<uint64_t, uint32_t, IdentityHash> handshakes_;  // into Model::handshakes
  absl::flat_hash_set<uint64_t, IdentityHash> allocations_;           // in Model::turn_allocations
};

}  // namespace sipladder
