// GRE (RFC 2784, 2890, 2637), ERSPAN, VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281).
#include "decode/layers.h"

namespace sipladder {
namespace {

Fate decode_erspan(Layers& layers, View view, size_t header, int depth) {
  if (view.size < header) return Fate::ip_truncated;
  return decode_ethernet(layers, view.sub(header), depth);
}

bool is_ip(const View& view) { return view.size >= 20 && (view.data[0] >> 4 == 4 || view.data[0] >> 4 == 6); }

bool decode_vxlan(Layers& layers, View view, int depth, Fate* fate) {
  if (view.size < 8 + 14 || view.data[0] != 0x08 || view.data[1] != 0 || view.data[7] != 0) return false;
  *fate = decode_ethernet(layers, view.sub(8), depth);
  return true;
}

bool decode_geneve(Layers& layers, View view, int depth, Fate* fate) {
  if (view.size < 8 || view.data[0] >> 6 != 0 || view.data[7] != 0) return false;
  const size_t header = 8 + size_t{view.data[0] & 0x3FU} * 4;
  if (view.size < header) return false;
  const uint16_t type = be16(view.data + 2);
  *fate = type == 0x6558 ? decode_ethernet(layers, view.sub(header), depth)
                         : decode_ether_type(layers, type, view.sub(header), depth);
  return true;
}

bool decode_gtp(Layers& layers, View view, int depth, Fate* fate) {
  if (view.size < 8 || view.data[0] >> 4 != 3 || view.data[1] != 0xFF) return false;
  size_t header = 8;
  if ((view.data[0] & 0x07U) != 0) {
    header = 12;
    if (view.size < header) return false;
    uint8_t next = view.data[11];
    while (next != 0) {
      if (view.size < header + 4 || view.data[header] == 0) return false;
      const size_t length = size_t{view.data[header]} * 4;
      if (view.size < header + length) return false;
      next = view.data[header + length - 1];
      header += length;
    }
  }
  if (!is_ip(view.sub(header))) return false;
  *fate = decode_ip(layers, view.sub(header), depth);
  return true;
}

constexpr struct {
  uint16_t port;
  bool (*decode)(Layers&, View, int, Fate*);
} kUdpTunnels[] = {{4789, decode_vxlan}, {6081, decode_geneve}, {2152, decode_gtp}};

}  // namespace

bool decode_udp_tunnel(Layers& layers, uint16_t dst_port, View view, int depth, Fate* fate) {
  for (const auto& tunnel : kUdpTunnels) {
    if (tunnel.port == dst_port) return tunnel.decode(layers, view, depth, fate);
  }
  return false;
}

Fate decode_gre(Layers& layers, View view, int depth) {
  if (view.size < 4) return Fate::ip_truncated;
  const uint16_t flags = be16(view.data);
  const uint16_t type = be16(view.data + 2);
  size_t header = 4;
  if ((flags & 0xC000) != 0) header += 4;  // checksum or routing
  if ((flags & 0x2000) != 0) header += 4;  // key
  if ((flags & 0x1000) != 0) header += 4;  // sequence
  if ((flags & 0x0007) == 1 && (flags & 0x0080) != 0) header += 4;  // version 1: acknowledgment
  if (view.size < header) return Fate::ip_truncated;
  view = view.sub(header);
  switch (type) {
    case 0x6558: return decode_ethernet(layers, view, depth);
    // ERSPAN type I has no header of its own, and is known by the missing sequence number.
    case 0x88BE: return decode_erspan(layers, view, (flags & 0x1000) != 0 ? 8 : 0, depth);
    case 0x22EB: return decode_erspan(layers, view, view.size > 12 && (view.data[11] & 1U) != 0 ? 20 : 12, depth);
    case 0x880B: return decode_ppp(layers, view, depth);
    default: return decode_ether_type(layers, type, view, depth);
  }
}

}  // namespace sipladder
