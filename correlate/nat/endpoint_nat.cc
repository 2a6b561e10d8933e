#include "correlate/nat/endpoint_nat.h"

namespace sipladder {

std::string_view to_string(NatType type) {
  static constexpr std::string_view kNames[] = {
      "", "open", "full-cone", "restricted-cone", "port-restricted-cone", "symmetric"};
  return kNames[static_cast<size_t>(type)];
}

std::string_view to_string(NatRule rule) {
  static constexpr std::string_view kNames[] = {"", "endpoint-independent", "address-dependent",
                                                "address-and-port-dependent", ""};
  return kNames[static_cast<size_t>(rule)];
}

std::string_view to_string(KeepaliveKind kind) {
  static constexpr std::string_view kNames[] = {"",     "crlf",    "crlf2",   "empty",
                                                "stun", "options", "register"};
  return kNames[static_cast<size_t>(kind)];
}

void EndpointNat::set_behind(const IpAddress& believes, const Endpoint& seen) {
  if (behind != true) {
    private_address = believes;
    public_end = seen;
  }
  behind = true;
}

bool tells_nat(const IpAddress& believed, const IpAddress& seen) {
  const AddressScope own = scope_of(believed);
  return (is_private_scope(own) && own != AddressScope::loopback) || believed.family != seen.family;
}

const IpAddress& own_address(const ViaHop& inside) {
  const bool tells = inside.sent_by_ip && is_private_scope(scope_of(*inside.sent_by_ip)) &&
                     scope_of(*inside.sent_by_ip) != AddressScope::loopback;
  return tells ? *inside.sent_by_ip : inside.source.ip;
}

// A NAT shows in two ways, depending on the capture point. On the server's side of the NAT the Via
// names another address than the source. On the client's side the server saw another address
// (`received`) than the source that is seen here.
void learn_from_hop(const ViaHop& hop, EndpointNat* endpoint) {
  const AddressScope scope = scope_of(hop.source.ip);
  if (scope == AddressScope::loopback || scope == AddressScope::none) return;
  if (hop.received && *hop.received != hop.source.ip) {
    // A private source can be translated on its way to the server, and a public one by a translator
    // between IPv6 and IPv4 (RFC 6146).
    const bool other_family = hop.received->family != hop.source.ip.family;
    const bool translated =
        (is_private_scope(scope) || other_family) && *hop.received != hop.server.ip;
    if (translated) {
      endpoint->set_behind(own_address(hop), {*hop.received, hop.rport.value_or(0)});
    }
    // With a public source, a wrong `received` does not undo what the Via tells.
    if (translated || scope != AddressScope::public_) return;
  }
  if (!server_saw_source(hop)) return;
  // A host name in the Via tells nothing. On the server's side `received` is always the source. The
  // Contact tells the endpoint's own address when only the endpoint can have written it.
  const std::optional<IpAddress>& believed = hop.sent_by_ip ? hop.sent_by_ip : hop.own_contact;
  if (!believed && scope == AddressScope::public_ && hop.vias == 1) return;
  if (!believed || *believed == hop.source.ip) {
    if (hop.received == hop.source.ip || (hop.sent_by_ip && scope == AddressScope::public_))
      endpoint->set_not_behind();
    return;
  }
  if (tells_nat(*believed, hop.source.ip)) endpoint->set_behind(*believed, hop.source);
}

}  // namespace sipladder
