// Addresses and ports in a line of a log.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "capture/raw_packet.h"

namespace sipladder {

// An end that the line names.
struct Mention {
  size_t begin = 0, end = 0;
  RawEndpoint address;
  std::optional<Transport> transport;
};

// An address at `begin`: "192.0.2.1:5060", "[2001:db8::1]:5060", "192.000.002.001.05060".
bool scan_address(std::string_view line, size_t begin, Mention* mention);

// The first four.
std::vector<Mention> mentions_in(std::string_view line);

// Names stand for addresses on both sides of an arrow: "pbx:5060 -> 192.0.2.1:5060".
bool named_ends(std::string_view line, std::vector<Mention>* mentions);

}  // namespace sipladder
