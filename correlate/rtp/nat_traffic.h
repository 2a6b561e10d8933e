// Packets beside SIP that tell of NATs: requests to STUN servers, and packets that keep a binding
// open (RFC 5626 3.5, RFC 6223). Their records are kept in the order of the packets.
//
// Threads: the one that keeps the streams. Bounds: kMaxProbes, kMaxKeepalives; later ones are not
// kept.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "correlate/rtp/rtp_streams.h"
#include "decode/datagram.h"

namespace sipladder {

inline constexpr size_t kMaxProbes = 65'536;
inline constexpr size_t kMaxKeepalives = 262'144;

class NatTraffic {
 public:
  NatTraffic(Model& model, EndpointTable& endpoints) : model_(model), endpoints_(endpoints) {}

  void add_stun(const Datagram& datagram);
  // Requires PayloadClass::sip_keepalive.
  void add_keepalive(const Datagram& datagram);

  size_t bytes() const {
    return probes_.capacity() * kMapSlot + model_.stun_probes.capacity() * sizeof(StunProbe) +
           model_.keepalives.capacity() * sizeof(Keepalive);
  }

 private:
  void add_question(const Datagram& datagram, const StunMessage& stun, uint64_t key);
  void keep(const Datagram& datagram, KeepaliveKind kind);

  Model& model_;
  EndpointTable& endpoints_;
  absl::flat_hash_map<uint64_t, uint32_t, IdentityHash> probes_;  // by transaction id and client
};

}  // namespace sipladder
