// How long the binding of a NAT lives, as requests towards the endpoint behind it show: the longest
// silence that one came through after, and the shortest that one was lost after; and what keeps
// the binding open (RFC 5626 3.5, RFC 4787 4.3).
//
// Only UDP: a connection tells itself when it is dead.
#pragma once

#include "correlate/nat/nat_types.h"

namespace sipladder {

// For the endpoints that are known to be behind a NAT.
void learn_binding_life(const Model& model, EndpointNats* endpoints);

}  // namespace sipladder
