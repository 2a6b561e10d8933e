// GRE (RFC 2784, 2890, 2637), ERSPAN, VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281).
#include "decode/layers.h"

namespace sipladder {
namespace {

bool is_ip(const View& view) {
  if (view.size < 20) return false;
  const unsigned version = view.data[0] >> 4;
  return version == 6 ? view.size >= 40 : version == 4 && (view.data[0] & 0x0FU) >= 5;
}

bool is_ethernet(const View& view) {
  if (view.size < 14) return false;
  const uint16_t type = be16(view.data + 12);
  if (type == 0x0800 || type == 0x86DD) return is_ip(view.sub(14));
  return type == 0x0806 || type == 0x8100 || type == 0x88A8 || type == 0x9100 || type == 0x8847 ||
         type == 0x8848 || type == 0x8863 || type == 0x8864;
}

// A port alone proves nothing: SIP and RTP may use it too. What is no tunnel stays a datagram.
bool decode_vxlan(Layers& layers, const View& view, int depth, Fate* fate) {
  if (view.size < 8 || view.data[0] != 0x08 || view.data[7] != 0) return false;
  if (!is_ethernet(view.sub(8))) return false;
  *fate = decode_ethernet(layers, view.sub(8), depth);
  return true;
}

bool decode_geneve(Layers& layers, const View& view, int depth, Fate* fate) {
  if (view.size < 8 || view.data[0] >> 6 != 0 || view.data[7] != 0) return false;
  const size_t header = 8 + size_t{view.data[0] & 0x3FU} * 4;
  if (view.size < header) return false;
  const uint16_t type = be16(view.data + 2);
  const View inner = view.sub(header);
  if (type == 0x6558 && is_ethernet(inner)) {
    *fate = decode_ethernet(layers, inner, depth);
  } else if ((type == 0x0800 || type == 0x86DD) && is_ip(inner)) {
    *fate = decode_ip(layers, inner, depth);
  } else {
    return false;
  }
  return true;
}

// Length of the GTP-U header with its extensions (TS 29.281 section 5.2); 0 when it is none.
size_t gtp_header(const View& view) {
  if ((view.data[0] & 0x07U) == 0) return 8;
  if (view.size < 12) return 0;
  size_t header = 12;
  const bool extended = (view.data[0] & 0x04U) != 0;
  uint8_t next = extended ? view.data[11] : uint8_t{0};
  while (next != 0) {
    if (view.size < header + 4) return 0;
    const size_t length = size_t{view.data[header]} * 4;
    if (length == 0 || view.size < header + length) return 0;
    next = view.data[header + length - 1];
    header += length;
  }
  return header;
}

bool decode_gtp(Layers& layers, const View& view, int depth, Fate* fate) {
  constexpr uint8_t kUserData = 0xFF;
  if (view.size < 8 || view.data[0] >> 4 != 3 || view.data[1] != kUserData) return false;
  const size_t length = be16(view.data + 2);
  const size_t header = gtp_header(view);
  if (header == 0 || length + 8 > view.size + view.missing || !is_ip(view.sub(header))) {
    return false;
  }
  *fate = decode_ip(layers, view.sub(header), depth);
  return true;
}

constexpr struct {
  uint16_t port;
  bool (*decode)(Layers&, const View&, int, Fate*);
} kUdpTunnels[] = {{4789, decode_vxlan}, {6081, decode_geneve}, {2152, decode_gtp}};

// Type I has no header and is known by the missing GRE sequence number, type II has 8 bytes.
Fate decode_erspan2(Layers& layers, const View& view, bool has_sequence, int depth) {
  const size_t header = has_sequence ? 8 : 0;
  return view.size < header ? Fate::ip_truncated : decode_ethernet(layers, view.sub(header), depth);
}

// Type III: 12 bytes, and 8 more when its O bit is set.
Fate decode_erspan3(Layers& layers, const View& view, int depth) {
  if (view.size < 12) return Fate::ip_truncated;
  const size_t header = (view.data[11] & 1U) != 0 ? 20 : 12;
  return view.size < header ? Fate::ip_truncated : decode_ethernet(layers, view.sub(header), depth);
}

}  // namespace

bool decode_udp_tunnel(Layers& layers, uint16_t dst_port, const View& view, int depth, Fate* fate) {
  for (const auto& tunnel : kUdpTunnels) {
    if (tunnel.port == dst_port) return tunnel.decode(layers, view, depth, fate);
  }
  return false;
}

Fate decode_gre(Layers& layers, const View& whole, int depth) {
  View view = whole;
  if (view.size < 4) return Fate::ip_truncated;
  const uint16_t flags = be16(view.data);
  const uint16_t type = be16(view.data + 2);
  const bool has_sequence = (flags & 0x1000) != 0;
  if ((flags & 0x4000) != 0) return Fate::protocol_other;  // source routes (RFC 2784 section 2.3)
  size_t header = 4;
  if ((flags & 0x8000) != 0) header += 4;  // checksum
  if ((flags & 0x2000) != 0) header += 4;  // key
  if (has_sequence) header += 4;
  // Version 1 acknowledges (RFC 2637 section 4.1).
  if ((flags & 0x0007) == 1 && (flags & 0x0080) != 0) header += 4;
  if (view.size < header) return Fate::ip_truncated;
  view = view.sub(header);
  if (depth >= kMaxDepth) return Fate::depth_exceeded;
  switch (type) {
    case 0x6558:
      return decode_ethernet(layers, view, depth);
    case 0x88BE:
      return decode_erspan2(layers, view, has_sequence, depth);
    case 0x22EB:
      return decode_erspan3(layers, view, depth);
    default:
      return decode_ether_type(layers, type, view, depth);
  }
}

}  // namespace sipladder
