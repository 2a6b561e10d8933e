// Tells which connection a TCP segment belongs to. A new SYN begins another connection between the
// same ports (RFC 9293 3.5).
//
// Threads: one. Bounds: kMostPairs pairs of ends. When that many are known, all are forgotten and
// counted anew; a connection that goes on then counts as two.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <span>

#include "capture/packet.h"
#include "decode/address.h"
#include "decode/packet_parts.h"

namespace sipladder {

struct ConnectionId {
  Endpoint low, high;   // its ends, the lower one first
  uint32_t number = 0;  // counts the connections between these ends
  bool operator==(const ConnectionId&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const ConnectionId& id) {
    return H::combine(std::move(h), id.low.ip.bytes, id.low.port, id.high.ip.bytes, id.high.port,
                      id.number);
  }
};

class TcpConnections {
 public:
  // The connection of a packet. `parts`: the headers of the packet (Decoder::note_parts()). Must be
  // asked for each packet in capture order. Nullopt: the packet is not TCP.
  std::optional<ConnectionId> of(const Packet& packet, std::span<const PacketPart> parts);

 private:
  struct Opening {
    uint32_t number = 0;
    std::optional<uint32_t> low_syn, high_syn;  // sequence numbers of the newest SYN of each end
  };
  static constexpr size_t kMostPairs = 1 << 18;
  absl::flat_hash_map<ConnectionId, Opening> openings_;  // by the pair: number 0
  uint32_t forgotten_ = 0;
};

// Source and destination of the TCP, UDP or SCTP header `parts[place]`, with the addresses of the
// IP header before it. Nullopt: there is none, or the ports were cut off.
std::optional<std::pair<Endpoint, Endpoint>> ends_of(const Packet& packet,
                                                     std::span<const PacketPart> parts,
                                                     size_t place);

}  // namespace sipladder
