// An address that a person wrote, with or without a port.
#pragma once

#include <optional>
#include <string_view>

#include "decode/address.h"

namespace sipladder {

// "192.0.2.1", "192.0.2.1:5060", "2001:db8::1", "[2001:db8::1]:5060". Without a port, the port is
// 0. nullopt when it is no address.
std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace sipladder
