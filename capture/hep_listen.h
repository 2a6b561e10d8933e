// HEP as a source: servers send copies of their messages here ("hep:HOST:PORT", UDP and TCP).
//
// Every HEP packet becomes a UDP packet from its sender to this port, so that the decoder finds it
// as it finds HEP in a capture, and a capture saved from it can be read by other tools. Datagrams
// that found no room in the socket count as dropped. Bounds of TCP: hep_connections.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "capture/packet_source.h"

namespace sipladder {

inline constexpr std::string_view kHepScheme = "hep:";
bool is_hep_source(std::string_view name);

// Null with a sentence in *error when it cannot listen there. HOST may be empty (127.0.0.1) or an
// IPv6 address in brackets; PORT 0 takes any free one: infos() then names it. With `key`, only
// HEPv3 packets that have it are taken.
std::unique_ptr<PacketSource> listen_hep(const std::string& name, const std::string& key,
                                         uint16_t index, PacketLog& log, std::string* error);

}  // namespace sipladder
