// The type of a NAT from requests to STUN servers (RFC 5780 4, RFC 3489 10.1), for each socket of a
// client: how the NAT maps towards several servers, and which answers it lets through.
//
// Threads: as Model.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "correlate/model/hash.h"
#include "correlate/nat/endpoint_nat.h"

namespace sipladder {

using EndpointNats = absl::flat_hash_map<Endpoint, EndpointNat, EndpointHash>;

// Adds what the probes of the model prove to the endpoints that sent them.
void learn_from_stun(const Model& model, EndpointNats* endpoints);

}  // namespace sipladder
