// Addresses and ports in a line of a log. Pure functions; places are bytes of the line.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "capture/raw_packet.h"

namespace sipladder {

// An address that a line names, and where in the line it stands.
struct Mention {
  size_t begin = 0, end = 0;
  RawEndpoint address;
  std::optional<Transport> transport;
};

// Reads an address at `begin`: "192.0.2.1:5060", "[2001:db8::1]:5060", "192.000.002.001.05060".
// False when there is none. Without a port, the port is 0.
bool scan_address(std::string_view line, size_t begin, Mention* mention);

// The first four addresses of a line.
std::vector<Mention> mentions_in(std::string_view line);

// Replaces *mentions by both sides of an arrow, where a name with a port may stand in the place of
// an address: "pbx:5060 -> 192.0.2.1:5060". False, and no change, when the line has no such arrow.
bool named_ends(std::string_view line, std::vector<Mention>* mentions);

}  // namespace sipladder
