#include "export/tcp_connections.h"

#include <algorithm>

#include "decode/bytes.h"

namespace sipladder {

std::optional<std::pair<Endpoint, Endpoint>> ends_of(const Packet& packet,
                                                     std::span<const PacketPart> parts,
                                                     size_t place) {
  if (parts[place].size < 4) return std::nullopt;
  for (size_t i = place; i-- > 0;) {
    const bool v4 = parts[i].kind == PartKind::ipv4;
    if (!v4 && parts[i].kind != PartKind::ipv6) continue;
    const uint8_t* const ip = packet.data + parts[i].offset;
    const uint8_t* const ports = packet.data + parts[place].offset;
    Endpoint src{v4 ? ipv4_address(ip + 12) : ipv6_address(ip + 8), be16(ports)};
    Endpoint dst{v4 ? ipv4_address(ip + 16) : ipv6_address(ip + 24), be16(ports + 2)};
    return std::pair(src, dst);
  }
  return std::nullopt;
}

std::optional<ConnectionId> TcpConnections::of(const Packet& packet,
                                               std::span<const PacketPart> parts) {
  constexpr size_t kHeader = 20;
  constexpr uint8_t kSyn = 0x02, kAck = 0x10;
  const auto tcp = std::find_if(parts.begin(), parts.end(), [](const PacketPart& part) {
    return part.kind == PartKind::tcp && part.size >= kHeader;
  });
  if (tcp == parts.end()) return std::nullopt;
  const auto ends = ends_of(packet, parts, static_cast<size_t>(tcp - parts.begin()));
  if (!ends) return std::nullopt;
  ConnectionId id{std::min(ends->first, ends->second), std::max(ends->first, ends->second), 0};
  if (openings_.size() >= kMostPairs && !openings_.contains(id)) {
    openings_.clear();
    forgotten_ += 1U << 16;
  }
  Opening& opening = openings_[id];
  const uint8_t* const header = packet.data + tcp->offset;
  const uint8_t flags = header[13];
  if ((flags & kSyn) != 0) {
    const uint32_t sequence = be32(header + 4);
    std::optional<uint32_t>& newest = ends->first == id.low ? opening.low_syn : opening.high_syn;
    // A SYN with the same number was sent again, or seen at another point. A SYN with ACK answers
    // one: it begins nothing.
    if ((flags & kAck) == 0 && newest != sequence) opening.number++;
    newest = sequence;
  }
  id.number = forgotten_ + opening.number;
  return id;
}

}  // namespace sipladder
