// What is known of a NAT before an address: what the endpoint believes it is, what the world sees,
// how the NAT maps and filters (RFC 4787 4 and 5), and how its binding was kept.
//
// "Not known" is a value of its own: a private source and a public peer alone prove no NAT.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "correlate/model/model.h"
#include "correlate/nat/via_hop.h"

namespace sipladder {

enum class NatType : uint8_t {
  none,
  open,
  full_cone,
  restricted_cone,
  port_restricted_cone,
  symmetric
};
enum class NatRule : uint8_t {
  none,
  endpoint_independent,
  address_dependent,
  address_and_port,
  dependent  // on the address, or on address and port: it cannot be told which
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
  std::optional<bool> behind;
  IpAddress private_address;  // what it believes it is; family 0: not known
  Endpoint public_end;        // what the world sees; family 0: not known
  NatType type = NatType::none;
  NatRule mapping = NatRule::none;
  NatRule filtering = NatRule::none;
  uint32_t mappings = 0;  // different public addresses that servers saw
  KeepaliveKind keepalive = KeepaliveKind::none;
  int64_t keepalive_ns = 0;  // the usual gap between two of them
  int64_t survived_ns = 0;   // the longest silence after which a request still came through
  int64_t died_ns = 0;       // the shortest after which it did not; 0: never seen
  TransactionId died_txn;    // that request
  uint32_t proof_frame = 0;  // of `behind`
  std::vector<uint32_t> type_frames;

  void is_behind(const IpAddress& believes, const Endpoint& seen, uint32_t frame);
  void is_not_behind() {
    if (!behind) behind = false;
  }
};

// What one hop tells of the endpoint that sent the request.
void learn_from_hop(const Model& model, const ViaHop& hop, EndpointNat* endpoint);

}  // namespace sipladder
