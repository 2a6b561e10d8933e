// How long the binding of a NAT lives, and what keeps it open (RFC 5626 3.5, RFC 4787 4.3).
// Requests towards the endpoint behind the NAT show it: the longest silence after which a request
// still came through, and the shortest after which one was lost.
//
// Only UDP: a TCP connection that is dead shows it itself. Threads: as Model.
#pragma once

#include "correlate/nat/nat_types.h"

namespace sipladder {

// Adds this to the endpoints that are known to be behind a NAT.
void learn_binding_life(const Model& model, EndpointNats* endpoints);

}  // namespace sipladder
