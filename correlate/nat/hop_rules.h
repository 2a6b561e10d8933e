// What a hop can do wrong with the Via of a request and with its answer (RFC 3261 18.2.1, 18.2.2;
// RFC 3581 4). Each question is a pure function of one hop, and may be asked by any thread.
//
// Whether an answer reached the client is told by repeats: a client that stops repeating its
// request got the answer, whatever rule was broken.
#pragma once

#include "correlate/nat/via_hop.h"

namespace sipladder {

// Sent-by is another address than the source, and the server added no `received`.
bool misses_received(const ViaHop& hop);
// The server wrote into `received` or `rport` what is not the source that it saw.
bool has_wrong_received(const ViaHop& hop);
// The client sends from another address and port than its Via names, and does not ask for rport.
bool misses_rport(const ViaHop& hop);
// The client asked for rport, and the answer has no value for it.
bool leaves_rport_empty(const ViaHop& hop);
// An answer went from a public address to a private one, and nobody is there: the client sends from
// a public address.
bool is_sent_inside(const ViaHop& hop);
// An answer went neither to the source nor where the Via sends it.
bool is_misrouted(const ViaHop& hop);
// An answer went to the source although the client did not ask for rport. The client, which listens
// on the port of its Via, goes on repeating its request.
bool is_unasked_source(const ViaHop& hop);
// An answer over UDP went elsewhere than to the source, and the client goes on repeating its
// request: nobody is there.
bool is_unreachable(const ViaHop& hop);
// The answer came from another address or port than the one that was asked.
bool is_answered_from_elsewhere(const ViaHop& hop);

// The answer still has the Via of the host that sent it on, above that of its receiver.
bool has_foreign_via(const ViaHop& hop);

// The broken rule that explains the other broken rules of a hop. The others are told as its
// details.
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
