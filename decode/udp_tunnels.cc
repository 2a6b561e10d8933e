// Tunnels over UDP: VXLAN (RFC 7348) and its generic extension, GENEVE (RFC 8926), GTP-U (3GPP TS
// 29.281), L2TP (RFC 2661, 3931), Teredo (RFC 4380), MPLS (RFC 7510), and the mirror ports TZSP and
// HP ERM.
#include <array>

#include "decode/layers.h"

namespace sipladder {
namespace {

// A port alone proves nothing, since SIP and RTP may use it, too. Each function here is false, and
// the payload stays a datagram, when its header does not look like that of the tunnel.
bool decode_vxlan(Layers& layers, const View& view, int depth, Fate* fate) {
  // The highest bit belongs to the group policy extension and may be set.
  if (view.size < 8 || (view.data[0] & 0x7FU) != 0x08 || view.data[7] != 0) return false;
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

// Length of the GTP-U header with its extensions (TS 29.281 section 5.2); 0 when it is incomplete.
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

// draft-ietf-nvo3-vxlan-gpe-13: the instance and next-protocol bits are set.
bool decode_vxlan_gpe(Layers& layers, const View& view, int depth, Fate* fate) {
  if (view.size < 8 || (view.data[0] & 0x0CU) != 0x0C || view.data[7] != 0) return false;
  const View inner = view.sub(8);
  const uint8_t next = view.data[3];
  if ((next == 1 || next == 2) && is_ip(inner)) {
    *fate = decode_ip(layers, inner, depth);
  } else if (next == 3 && is_ethernet(inner)) {
    *fate = decode_ethernet(layers, inner, depth);
  } else {
    return false;
  }
  return true;
}

// Length of an L2TPv2 data header (RFC 2661 section 3.1); 0 when it is none.
size_t l2tp2_header(const View& view) {
  if (view.size < 6) return 0;
  const uint16_t flags = be16(view.data);
  if ((flags & 0x8000) != 0 || (flags & 0x34FF) != 0x0002) return 0;
  size_t header = 6;
  if ((flags & 0x4000) != 0) header += 2;
  if ((flags & 0x0800) != 0) header += 4;
  if ((flags & 0x0200) != 0) {
    if (view.size < header + 2) return 0;
    header += 2 + size_t{be16(view.data + header)};
  }
  return header <= view.size ? header : 0;
}

bool decode_l2tp(Layers& layers, const View& view, int depth, Fate* fate) {
  constexpr size_t kHeader3 = 4;
  if (view.size > kHeader3 && be16(view.data) == 3 && be16(view.data + 2) == 0) {
    *fate = decode_l2tp3(layers, view.sub(kHeader3), depth);
    return *fate != Fate::protocol_other;
  }
  const size_t header = l2tp2_header(view);
  if (header == 0 || !is_ppp_ip(view.sub(header))) return false;
  *fate = decode_ppp(layers, view.sub(header), depth);
  return true;
}

// Authentication and origin indications may stand before the IPv6 packet (RFC 4380 section 5.1.1).
bool decode_teredo(Layers& layers, const View& whole, int depth, Fate* fate) {
  View view = whole;
  if (view.size >= 4 && be16(view.data) == 1) {
    const size_t authentication = 13 + size_t{view.data[2]} + size_t{view.data[3]};
    if (view.size < authentication) return false;
    view = view.sub(authentication);
  }
  if (view.size >= 8 && be16(view.data) == 0) view = view.sub(8);
  if (view.size < 40 || view.data[0] >> 4 != 6 || !is_ip(view)) return false;
  *fate = decode_ip(layers, view, depth);
  return true;
}

// Tagged fields stand before the frame. Each has a length, except padding (0) and the end tag (1).
bool decode_tzsp(Layers& layers, const View& view, int depth, Fate* fate) {
  if (view.size < 5 || view.data[0] != 1 || view.data[1] > 1) return false;
  size_t at = 4;
  while (at < view.size && view.data[at] != 1) {
    if (at + 1 >= view.size) return false;
    at += view.data[at] == 0 ? 1 : 2 + size_t{view.data[at + 1]};
  }
  if (at >= view.size) return false;
  const View inner = view.sub(at + 1);
  const uint16_t encapsulated = be16(view.data + 2);
  if (encapsulated == 1 && is_ethernet(inner)) {
    *fate = decode_ethernet(layers, inner, depth);
  } else if (encapsulated == 18) {
    *fate = decode_wlan(layers, inner);
  } else {
    return false;
  }
  return true;
}

bool decode_hp_erm(Layers& layers, const View& view, int depth, Fate* fate) {
  if (view.size < 12 || !is_ethernet(view.sub(12))) return false;
  *fate = decode_ethernet(layers, view.sub(12), depth);
  return true;
}

bool decode_mpls_in_udp(Layers& layers, const View& view, int depth, Fate* fate) {
  size_t at = 0;
  while (at + 4 <= view.size && (view.data[at + 2] & 1U) == 0) at += 4;
  if (at + 4 > view.size || !is_ip(view.sub(at + 4))) return false;
  *fate = decode_mpls(layers, view, depth);
  return true;
}

constexpr struct {
  uint16_t port;
  bool either;  // packets from the port are looked at, too
  bool (*decode)(Layers&, const View&, int, Fate*);
} kUdpTunnels[] = {
    {4789, false, decode_vxlan},
    {8472, false, decode_vxlan},  // Linux before the port was
                                  // assigned
    {4790, false, decode_vxlan_gpe},
    {6081, false, decode_geneve},
    {2152, true, decode_gtp},
    {1701, true, decode_l2tp},
    {3544, true, decode_teredo},
    {37008, false, decode_tzsp},
    {7932, false, decode_hp_erm},
    {6635, false, decode_mpls_in_udp},
};

// Whether any tunnel has a port with these low bits. Nearly every packet is no tunnel, and skips
// the table by this look.
constexpr auto kLowBits = [] {
  std::array<bool, 256> low_bits{};
  for (const auto& tunnel : kUdpTunnels) low_bits[tunnel.port % 256] = true;
  return low_bits;
}();

}  // namespace

bool decode_udp_tunnel(Layers& layers, uint16_t src_port, uint16_t dst_port, const View& view,
                       int depth, Fate* fate) {
  if (!kLowBits[src_port % 256] && !kLowBits[dst_port % 256]) return false;
  for (const auto& tunnel : kUdpTunnels) {
    if (tunnel.port != dst_port && !(tunnel.either && tunnel.port == src_port)) continue;
    if (depth >= kMaxDepth) {
      *fate = Fate::depth_exceeded;
      return true;
    }
    if (tunnel.decode(layers, view, depth, fate)) return true;
  }
  return false;
}

}  // namespace sipladder
