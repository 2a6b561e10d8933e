// Who sends a packet to whom, from the headers that stand in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "decode/address.h"
#include "decode/packet_parts.h"

namespace sipladder {

// Keyed per process (Abseil's hash).
uint64_t key_of(const Endpoint& end);

struct PacketEnds {
  PartKind kind = PartKind::udp;  // udp, tcp or sctp: the innermost of the packet
  Endpoint src, dst;
  std::string_view payload;  // of TCP

  uint64_t connection() const;  // the same of both directions
};
// nullopt when no transport header stands in the packet.
std::optional<PacketEnds> ends_of(const Packet& packet, const std::vector<PacketPart>& parts);

struct PacketFragment {
  uint64_t key = 0;            // of the IP datagram that it is a part of
  std::string_view beginning;  // what the first one has behind its IP header, others nothing
};
// The outermost IP fragment that the packet is (RFC 791, RFC 8200 section 4.5).
std::optional<PacketFragment> fragment_of(const Packet& packet,
                                          const std::vector<PacketPart>& parts);

}  // namespace sipladder
