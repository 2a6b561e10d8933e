// Link layers and what stands between them and IP: VLAN tags, MPLS, PPPoE, PPP.
#include "decode/layers.h"

namespace sipladder {
namespace {

constexpr int kMaxTags = 16;

Fate decode_cooked(Layers& layers, View view, size_t header, size_t type_at) {
  if (view.size < header) return Fate::link_truncated;
  return decode_ether_type(layers, be16(view.data + type_at), view.sub(header), 0);
}

// BSD null and loop: the address family in the capturing host's byte order.
Fate decode_loopback(Layers& layers, View view) {
  if (view.size < 4) return Fate::link_truncated;
  return decode_ip(layers, view.sub(4), 0);
}

Fate decode_mpls(Layers& layers, View view, int depth) {
  for (int labels = 0; labels < kMaxTags; labels++) {
    if (view.size < 5) return Fate::link_truncated;
    const bool bottom = (view.data[2] & 1U) != 0;
    view = view.sub(4);
    if (!bottom) continue;
    const unsigned nibble = view.data[0] >> 4;
    if (nibble == 4 || nibble == 6) return decode_ip(layers, view, depth);
    // A pseudowire: Ethernet behind an optional control word (RFC 4448).
    return decode_ethernet(layers, nibble == 0 && view.size > 4 ? view.sub(4) : view, depth);
  }
  return Fate::depth_exceeded;
}

}  // namespace

Fate decode_ppp(Layers& layers, View view, int depth) {
  if (view.size >= 2 && view.data[0] == 0xFF && view.data[1] == 0x03) view = view.sub(2);
  if (view.size < 2) return Fate::link_truncated;
  // The protocol field is one byte when its low bit is set (RFC 1661 6.5).
  const bool is_short = (view.data[0] & 1U) != 0;
  const uint16_t protocol = is_short ? view.data[0] : be16(view.data);
  view = view.sub(is_short ? 1 : 2);
  return protocol == 0x21 || protocol == 0x57 ? decode_ip(layers, view, depth) : Fate::not_ip;
}

Fate decode_ether_type(Layers& layers, uint16_t ether_type, View view, int depth) {
  for (int tags = 0; tags < kMaxTags; tags++) {
    switch (ether_type) {
      case 0x0800:
      case 0x86DD: return decode_ip(layers, view, depth);
      case 0x8100:
      case 0x88A8:
      case 0x9100:
        if (view.size < 4) return Fate::link_truncated;
        ether_type = be16(view.data + 2);
        view = view.sub(4);
        break;
      case 0x8847:
      case 0x8848: return decode_mpls(layers, view, depth);
      case 0x8864: return view.size < 8 ? Fate::link_truncated : decode_ppp(layers, view.sub(6), depth);
      default: return Fate::not_ip;
    }
  }
  return Fate::depth_exceeded;
}

Fate decode_ethernet(Layers& layers, View view, int depth) {
  if (view.size < 14) return Fate::link_truncated;
  return decode_ether_type(layers, be16(view.data + 12), view.sub(14), depth);
}

Fate decode_link(Layers& layers, uint16_t link_type, View view) {
  switch (link_type) {
    case 1: return decode_ethernet(layers, view, 0);
    case 0:
    case 108: return decode_loopback(layers, view);
    case 9: return decode_ppp(layers, view, 0);
    case 101:
    case 228:
    case 229: return decode_ip(layers, view, 0);
    case 113: return decode_cooked(layers, view, 16, 14);
    case 276: return decode_cooked(layers, view, 20, 0);
    default: return Fate::link_unsupported;
  }
}

}  // namespace sipladder
