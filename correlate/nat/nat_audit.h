// Which endpoints are behind a NAT, and whether each hop handles it. Holds the hops that were
// looked at, and what hops, STUN and keep-alives tell of the endpoints.
//
// Of each pair of endpoints only some hops are read again from the capture: the first ones, and
// some whose request was repeated. A pair treats all its messages alike, and a carrier's capture
// has a million of them. Bounds: see the constants in nat_audit.cc.
//
// Lifetime: Model, PacketLog and Registrations must outlive this object. What it returns is valid
// until the next update(). Threads: one at a time, while the Model may be read.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <optional>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/nat/endpoint_nat.h"
#include "correlate/nat/nat_types.h"
#include "correlate/nat/rewrites.h"
#include "correlate/nat/via_hop.h"
#include "correlate/registry/binding_moves.h"
#include "correlate/registry/registrations.h"

namespace sipladder {

class NatAudit {
 public:
  NatAudit(const Model& model, const PacketLog& log, Registrations& registrations)
      : model_(model), registrations_(registrations), view_(log) {}

  // Looks again when packets came since the last time.
  void update();

  const std::vector<ViaHop>& hops() const { return hops_; }  // in the order of the transactions
  // Null when nothing is known of the endpoint.
  const EndpointNat* of(const Endpoint& endpoint) const;
  // The endpoint's own proof, else that of other ports of its address when all of them agree.
  // nullopt: not known.
  std::optional<bool> is_behind_nat(const Endpoint& endpoint) const;
  const std::vector<BindingMove>& moves() const { return moves_; }  // with BindingMove::lost
  const std::vector<Rewrite>& rewrites() const { return rewrites_; }
  // A hop that was looked at shows SIP that comes from this address: at any capture point, or at
  // `point`.
  bool sends(const IpAddress& ip) const { return sends(ip, kAnyPoint); }
  bool sends(const IpAddress& ip, uint16_t point) const { return senders_.contains({ip, point}); }
  const EndpointNats& endpoints() const { return endpoints_; }

 private:
  static constexpr uint16_t kAnyPoint = 0xFFFF;
  void choose_hops();
  void learn_from_answers();
  void find_rewrites(const absl::flat_hash_map<uint32_t, TransactionId>& sent_on);
  void learn_translation(const ViaHop& inside, const ViaHop& outside);
  void learn_mappings();
  void learn_addresses();

  const Model& model_;
  Registrations& registrations_;
  MessageView view_;
  // How much of the model was read when all below was made.
  struct Seen {
    uint32_t messages = 0;
    size_t stun_probes = 0;
    size_t keepalives = 0;
    bool finished = false;
    uint32_t epoch = 0;
    bool operator==(const Seen&) const = default;
  };
  Seen seen_;
  std::vector<ViaHop> hops_;
  std::vector<BindingMove> moves_;
  std::vector<Rewrite> rewrites_;
  absl::flat_hash_set<Endpoint, EndpointHash> senders_;  // port: the capture point, or kAnyPoint
  EndpointNats endpoints_;
  struct AddressNat {
    std::optional<bool> behind;
    bool contradicts = false;
  };
  absl::flat_hash_map<Endpoint, AddressNat, EndpointHash> addresses_;  // port: 0
};

}  // namespace sipladder
