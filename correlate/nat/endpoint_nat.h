// What is known of the NAT in front of an endpoint: the endpoint's own address, the address that
// others see, how the NAT maps and filters (RFC 4787 4 and 5), and what keeps its binding open.
//
// "Not known" is a value of its own: a private source and a public peer alone prove no NAT.
// Threads: as Model.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "correlate/model/model.h"
#include "correlate/nat/via_hop.h"

namespace sipladder {

// The types of RFC 3489 5; `open`: there is no NAT.
enum class NatType : uint8_t {
  none,
  open,
  full_cone,
  restricted_cone,
  port_restricted_cone,
  symmetric
};
// How a NAT maps or filters (RFC 4787 4.1, 5).
enum class NatRule : uint8_t {
  none,
  endpoint_independent,
  address_dependent,
  address_and_port,
  dependent  // on the address, or on address and port: nothing tells which
};
inline bool is_dependent(NatRule rule) {
  return rule == NatRule::address_dependent || rule == NatRule::address_and_port ||
         rule == NatRule::dependent;
}
std::string_view to_string(NatType type);  // "port-restricted-cone"; empty for none
std::string_view to_string(
    NatRule rule);  // "address-and-port-dependent"; empty for none, dependent
std::string_view to_string(KeepaliveKind kind);  // "crlf2"; empty for none

struct EndpointNat {
  std::optional<bool> behind;  // nullopt: not known
  IpAddress private_address;   // the endpoint's own address; family 0: not known
  Endpoint public_end;         // the address and port that others see; family 0: not known
  NatType type = NatType::none;
  NatRule mapping = NatRule::none;
  NatRule filtering = NatRule::none;
  KeepaliveKind keepalive = KeepaliveKind::none;
  int64_t keepalive_ns = 0;  // the usual time from one keep-alive to the next
  int64_t survived_ns = 0;   // the longest silence after which a request still came through
  int64_t died_ns = 0;       // the shortest silence after which one was lost; 0: never seen
  TransactionId died_txn;    // the request that was lost
  std::vector<uint32_t> type_frames;  // frames that prove type, mapping and filtering

  // Sets `behind`. The first proof of a NAT is kept.
  void set_behind(const IpAddress& believes, const Endpoint& seen);
  // Clears `behind`, unless it is known already.
  void set_not_behind() {
    if (!behind) behind = false;
  }
};

// What a client believes to be its own address, and the other one that is seen in its place, tell
// of a NAT: a private address, or a translator between IPv6 and IPv4 (RFC 6146).
bool tells_nat(const IpAddress& believed, const IpAddress& seen);

// The address of a client behind a NAT, by a request seen on the inner side of it: what its Via
// says, which is further in where NATs stand behind each other, else the source.
const IpAddress& own_address(const ViaHop& inside);

// Adds what one hop proves about the endpoint that sent the request.
void learn_from_hop(const ViaHop& hop, EndpointNat* endpoint);

}  // namespace sipladder
