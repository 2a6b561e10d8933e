// What a hop can do wrong with the Via of a request and with its answer, as the server's side sees
// it (RFC 3261 18.2.1, 18.2.2; RFC 3581 4). Each question is a pure function of one hop.
//
// A client that stops repeating got its answer, whatever rule was broken on the way.
#pragma once

#include "correlate/nat/via_hop.h"

namespace sipladder {

// Sent-by is another address than the source, and the server did not say so.
bool misses_received(const ViaHop& hop);
// The server wrote an address, or a port, that is not the source that it saw.
bool has_wrong_received(const ViaHop& hop);
// The client sends from another address and port than its Via names, and does not ask for rport.
bool misses_rport(const ViaHop& hop);
// rport was asked for, and no answer fills it.
bool leaves_rport_empty(const ViaHop& hop);
// An answer went into a private network that the client does not send from, out of a public one.
bool is_sent_inside(const ViaHop& hop);
// An answer went neither to the source nor where the Via sends it.
bool is_misrouted(const ViaHop& hop);
// An answer went to the source unasked, and the client, which listens on the port of its Via, goes
// on asking.
bool is_unasked_source(const ViaHop& hop);
// An answer went where the Via sends it, and nobody is there: a private address, or a port that
// the client never sent from.
bool is_unreachable(const ViaHop& hop);
// The answer came from another address or port than the one that was asked.
bool is_answered_from_elsewhere(const ViaHop& hop);

// The answer still has the Via of who sent it on above that of its receiver.
bool has_foreign_via(const ViaHop& hop);

// The rule that a hop broke and that explains the others. Others are told as its details.
enum class HopFault : uint8_t {
  none,
  foreign_via,
  misrouted,
  rport_missing,
  unreachable,
  response_source,
  received_wrong,
  received_missing,
  rport_unfilled,
};
HopFault headline_of(const ViaHop& hop);

}  // namespace sipladder
