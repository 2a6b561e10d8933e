// HEP as a source: servers send copies of their messages here ("hep:HOST:PORT", UDP and TCP).
//
// Every HEP packet becomes a UDP packet from its sender to this port. So the decoder finds it as it
// finds HEP in a capture, and a capture that is saved can be read by other tools. The time of a
// packet is that of its arrival here. Datagrams that found no room in the socket count as dropped.
// Bounds of TCP: hep_connections.h.
//
// Threads: one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "capture/packet_source.h"

namespace sipladder {

inline constexpr std::string_view kHepScheme = "hep:";
bool is_hep_source(std::string_view name);

// Listens at `name`. Null, with a sentence in *error, when that is not possible. HOST may be empty
// (127.0.0.1) or an IPv6 address in brackets; PORT 0 takes any free port, which infos() then names.
// With a `key`, only HEPv3 packets that carry it are taken. `index`: Packet::source of the packets.
std::unique_ptr<PacketSource> listen_hep(const std::string& name, const std::string& key,
                                         uint16_t index, PacketLog& log, std::string* error);

}  // namespace sipladder
