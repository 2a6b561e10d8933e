#include "probe/packet_ends.h"

#include <absl/hash/hash.h>

#include "decode/bytes.h"

namespace sipladder {
namespace {

bool is_ip(PartKind kind) {
  return kind == PartKind::ipv4 || kind == PartKind::ipv6;
}

bool is_transport(PartKind kind) {
  return kind == PartKind::udp || kind == PartKind::tcp || kind == PartKind::sctp;
}

void read_addresses(const uint8_t* header, PartKind kind, IpAddress* src, IpAddress* dst) {
  const bool v6 = kind == PartKind::ipv6;
  *src = v6 ? ipv6_address(header + 8) : ipv4_address(header + 12);
  *dst = v6 ? ipv6_address(header + 24) : ipv4_address(header + 16);
}

std::string_view text_at(const Packet& packet, const PacketPart& part, size_t skipped) {
  if (part.size <= skipped) return {};
  return {reinterpret_cast<const char*>(packet.data) + part.offset + skipped, part.size - skipped};
}

PacketFragment fragment4(const Packet& packet, const PacketPart& part) {
  const uint8_t* const p = packet.data + part.offset;
  IpAddress src, dst;
  read_addresses(p, part.kind, &src, &dst);
  PacketFragment result;
  result.key = absl::HashOf(src.bytes, dst.bytes, be16(p + 4), p[9], packet.point);
  if ((be16(p + 6) & 0x1FFF) == 0) result.beginning = text_at(packet, part, (p[0] & 0x0FU) * 4);
  return result;
}

PacketFragment fragment6(const Packet& packet, const PacketPart& ip, const PacketPart& part) {
  const uint8_t* const p = packet.data + part.offset;
  IpAddress src, dst;
  read_addresses(packet.data + ip.offset, ip.kind, &src, &dst);
  PacketFragment result;
  result.key = absl::HashOf(src.bytes, dst.bytes, be32(p + 4), p[0], packet.point);
  if ((be16(p + 2) & 0xFFF8) == 0) result.beginning = text_at(packet, part, 8);
  return result;
}

}  // namespace

uint64_t key_of(const Endpoint& end) {
  return absl::HashOf(end.ip.bytes, end.ip.family, end.port);
}

uint64_t PacketEnds::connection() const {
  const bool ordered = src < dst;
  return absl::HashOf(key_of(ordered ? src : dst), key_of(ordered ? dst : src), kind);
}

std::optional<PacketEnds> ends_of(const Packet& packet, const std::vector<PacketPart>& parts) {
  constexpr uint32_t kPorts = 4;
  const PacketPart* ip = nullptr;
  std::optional<PacketEnds> result;
  for (const PacketPart& part : parts) {
    if (is_ip(part.kind)) ip = &part;
    if (!is_transport(part.kind) || ip == nullptr || part.size < kPorts) continue;
    const uint8_t* const p = packet.data + part.offset;
    result.emplace();
    result->kind = part.kind;
    read_addresses(packet.data + ip->offset, ip->kind, &result->src.ip, &result->dst.ip);
    result->src.port = be16(p);
    result->dst.port = be16(p + 2);
    constexpr uint32_t kTcpHeader = 20;
    if (part.kind == PartKind::tcp && part.size > kTcpHeader)
      result->payload = text_at(packet, part, (p[12] >> 4) * size_t{4});
  }
  return result;
}

std::optional<PacketFragment> fragment_of(const Packet& packet,
                                          const std::vector<PacketPart>& parts) {
  const PacketPart* ip = nullptr;
  for (const PacketPart& part : parts) {
    const uint8_t* const p = packet.data + part.offset;
    if (part.kind == PartKind::ipv4 && (be16(p + 6) & 0x3FFF) != 0) return fragment4(packet, part);
    if (part.kind == PartKind::ipv6_fragment && ip != nullptr && (be16(p + 2) & 0xFFF9) != 0)
      return fragment6(packet, *ip, part);
    if (is_ip(part.kind)) ip = &part;
  }
  return std::nullopt;
}

}  // namespace sipladder
