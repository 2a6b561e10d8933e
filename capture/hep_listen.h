// HEP as a source: servers send copies of their messages here ("hep:HOST:PORT", UDP and TCP).
//
// Every HEP packet becomes a UDP packet from its sender to this port, so that the decoder finds it
// as it finds HEP in a capture, and a capture saved from it can be read by other tools.
// Bounds: kMaxConnections, one HEP packet (64 KiB) buffered for each.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "capture/packet_source.h"

namespace sipladder {

bool is_hep_source(std::string_view name);  // begins with "hep:"

// Null with a sentence in *error when it cannot listen there. HOST may be empty (all addresses) or
// an IPv6 address in brackets; PORT 0 takes any free one: infos() then names it.
std::unique_ptr<PacketSource> listen_hep(const std::string& name, uint16_t index, PacketLog& log,
                                         std::string* error);

}  // namespace sipladder
