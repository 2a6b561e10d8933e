// Which connection of two ends a TCP segment belongs to: a new SYN begins another one between the
// same ports (RFC 9293 3.5).
//
// Threads: one. Bounds: kMostPairs pairs of ends; when they are all taken, all are forgotten and
// count anew, which tells connections apart that are one.
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
  uint32_t number = 0;  // of the connections between them, as they come
  bool operator==(const ConnectionId&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const ConnectionId& id) {
    return H::combine(std::move(h), id.low.ip.bytes, id.low.port, id.high.ip.bytes, id.high.port,
                      id.number);
  }
};

class TcpConnections {
 public:
  // Of each packet in capture order, with its parts; nullopt when it is no TCP.
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

// The ends of the packet's TCP, UDP or SCTP header that `parts[place]` is, by the IP header before
// it.
std::optional<std::pair<Endpoint, Endpoint>> ends_of(const Packet& packet,
                                                     std::span<const PacketPart> parts,
                                                     size_t place);

}  // namespace sipladder
