#include "correlate/nat/hop_rules.h"

namespace sipladder {
namespace {

constexpr uint32_t kCertainRepeats = 2;  // one repeat may have another reason

// The answer is seen on another side of a NAT than the request: as it leaves the server towards the
// place that it wrote into the Via, or as the NAT has sent it on to a client that is content.
bool is_seen_beside_nat(const ViaHop& hop) {
  if (!hop.received || !hop.rport) return false;
  if (Endpoint{*hop.received, *hop.rport} == hop.answered_to)
    return is_private_scope(scope_of(hop.source.ip)) &&
           (is_public(*hop.received) || hop.repeats_after_stray == 0);
  return hop.repeats_after_stray == 0 && is_private_scope(scope_of(hop.answered_to.ip)) &&
         *hop.received != hop.answered_to.ip;
}

}  // namespace

bool misses_received(const ViaHop& hop) {
  return hop.host_differs() && hop.told && hop.is_answered() && !hop.has_received &&
         server_saw_source(hop);
}

bool has_wrong_received(const ViaHop& hop) {
  if (!hop.sent_by_ip || !hop.received) return false;
  // A translator between IPv6 and IPv4 (RFC 6146) gave the client that address.
  if (hop.received->family != hop.source.ip.family) return false;
  // Between a private source and a public server `received` may be the mapping of a NAT.
  if (*hop.received != hop.source.ip)
    return is_public(hop.source.ip) || *hop.received == hop.server.ip;
  return !hop.reliable && hop.asks_rport && hop.rport && *hop.rport != hop.source.port;
}

bool misses_rport(const ViaHop& hop) {
  return !hop.reliable && !hop.is_ack && !hop.asks_rport && !hop.maddr && hop.host_differs() &&
         hop.port_differs() && server_saw_source(hop);
}

// When the Via names the source that the server saw, an empty rport does no harm. What a server
// behind a NAT saw is known only from `received`.
bool leaves_rport_empty(const ViaHop& hop) {
  if (!hop.received && !server_saw_source(hop)) return false;
  if (!hop.host_differs() && !hop.port_differs() && server_saw_source(hop)) return false;
  return !hop.reliable && hop.asks_rport && hop.is_answered() && hop.told && !hop.rport &&
         !hop.lost_rport;
}

bool is_misrouted(const ViaHop& hop) {
  const auto due = response_due(hop);
  if (!due || !hop.stray || hop.answered_to == hop.source || is_seen_beside_nat(hop)) return false;
  return hop.answered_to != *due;
}

bool is_unasked_source(const ViaHop& hop) {
  const auto due = response_due(hop);
  return due && hop.is_answered_at_source() && !hop.stray && *due != hop.source && !hop.maddr &&
         server_saw_source(hop) && hop.repeats >= kCertainRepeats;
}

bool is_unreachable(const ViaHop& hop) {
  if (hop.reliable || !hop.stray || hop.answered_to == hop.source) return false;
  return hop.repeats_after_stray >= kCertainRepeats;
}

bool is_answered_from_elsewhere(const ViaHop& hop) {
  return !hop.reliable && hop.is_answered() && hop.answered_from.ip.family != 0 &&
         hop.server.ip.family != 0 && hop.answered_from != hop.server;
}

bool is_sent_inside(const ViaHop& hop) {
  return is_unreachable(hop) && is_private_scope(scope_of(hop.answered_to.ip)) &&
         is_public(hop.answered_from.ip) && is_public(hop.source.ip);
}

bool has_foreign_via(const ViaHop& hop) {
  return !hop.foreign_via.empty();
}

HopFault headline_of(const ViaHop& hop) {
  const bool lost = hop.repeats != 0;
  if (has_foreign_via(hop)) return HopFault::foreign_via;
  if (is_sent_inside(hop)) return HopFault::unreachable;
  if (is_misrouted(hop) || is_unasked_source(hop)) return HopFault::misrouted;
  if (misses_rport(hop) && lost) return HopFault::rport_missing;
  if (is_unreachable(hop)) return HopFault::unreachable;
  if (is_answered_from_elsewhere(hop) && lost) return HopFault::response_source;
  if (has_wrong_received(hop)) return HopFault::received_wrong;
  if (misses_received(hop)) return HopFault::received_missing;
  if (leaves_rport_empty(hop)) return HopFault::rport_unfilled;
  return misses_rport(hop) ? HopFault::rport_missing : HopFault::none;
}

}  // namespace sipladder
