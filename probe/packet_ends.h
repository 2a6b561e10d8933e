// Source and destination of a packet, from its headers. Pure functions; views point into the
// packet. Hashes differ from process to process (Abseil's hash).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "decode/address.h"
#include "decode/packet_parts.h"

namespace sipladder {

// A hash of address and port.
uint64_t key_of(const Endpoint& end);

struct PacketEnds {
  PartKind kind = PartKind::udp;  // udp, tcp or sctp: the innermost one of the packet
  Endpoint src, dst;
  std::string_view payload;  // of TCP; empty for the others

  uint64_t connection() const;  // a hash, the same for both directions
};
// `parts`: of the packet, as Decoder::note_parts() gives them. nullopt when the packet has no
// transport header.
std::optional<PacketEnds> ends_of(const Packet& packet, const std::vector<PacketPart>& parts);

struct PacketFragment {
  uint64_t key = 0;            // of the IP datagram that it is a part of
  std::string_view beginning;  // of the first fragment: what is behind its IP header; else empty
};
// The outermost IP fragment in the packet (RFC 791, RFC 8200 section 4.5). nullopt when there is
// none.
std::optional<PacketFragment> fragment_of(const Packet& packet,
                                          const std::vector<PacketPart>& parts);

}  // namespace sipladder
