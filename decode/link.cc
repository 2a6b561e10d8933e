// Link layers and what stands between them and IP: VLAN tags, MPLS, PPPoE, PPP.
#include "decode/layers.h"

namespace sipladder {
namespace {

constexpr int kMaxTags = 16;

Fate decode_cooked_v1(Layers& layers, const View& view) {
  if (view.size < 16) return Fate::link_truncated;
  return decode_ether_type(layers, be16(view.data + 14), view.sub(16), 0);
}

Fate decode_cooked_v2(Layers& layers, const View& view) {
  if (view.size < 20) return Fate::link_truncated;
  return decode_ether_type(layers, be16(view.data), view.sub(20), 0);
}

// BSD null and loop: the address family in the capturing host's byte order. IPv6 has another number
// on every BSD; all of them fit one byte.
Fate decode_loopback(Layers& layers, const View& view) {
  if (view.size < 4) return Fate::link_truncated;
  const uint32_t big = be32(view.data);
  const uint32_t family = big <= 0xFF ? big : view.data[0];
  switch (family) {
    case 2:
    case 10:
    case 24:
    case 28:
    case 30:
      return decode_ip(layers, view.sub(4), 0);
    default:
      return Fate::not_ip;
  }
}

// The length of the radiotap and PPI headers is little-endian, whatever the host.
Fate decode_ppi(Layers& layers, const View& view) {
  if (view.size < 8) return Fate::link_truncated;
  const size_t header = size_t{view.data[2]} | size_t{view.data[3]} << 8;
  if (header < 8 || header > view.size) return Fate::link_truncated;
  const unsigned inner = view.data[4] | static_cast<unsigned>(view.data[5]) << 8;
  constexpr unsigned kPpi = 192;
  if (inner == kPpi) return Fate::link_unsupported;
  return decode_link(layers, static_cast<uint16_t>(inner), view.sub(header));
}

// NFLOG: type-length-value triples in host order, lengths included and padded to 4.
Fate decode_nflog(Layers& layers, View view) {
  constexpr size_t kPayload = 9;
  if (view.size < 4) return Fate::link_truncated;
  view = view.sub(4);
  while (view.size >= 4) {
    const size_t length = size_t{view.data[0]} | size_t{view.data[1]} << 8;
    const size_t type = size_t{view.data[2]} | size_t{view.data[3]} << 8;
    if (length < 4) return Fate::link_unsupported;
    if (type == kPayload) return decode_ip(layers, view.sub(4), 0);
    const size_t padded = (length + 3) / 4 * 4;
    if (padded > view.size) return Fate::link_truncated;
    view = view.sub(padded);
  }
  return Fate::not_ip;
}

Fate decode_mpls(Layers& layers, View view, int depth) {
  for (int labels = 0; labels < kMaxTags; labels++) {
    if (view.size < 5) return Fate::link_truncated;
    const bool bottom = (view.data[2] & 1U) != 0;
    view = view.sub(4);
    if (!bottom) continue;
    const unsigned nibble = view.data[0] >> 4;
    if (nibble == 4 || nibble == 6) return decode_ip(layers, view, depth);
    // A pseudowire: Ethernet behind an optional control word (RFC 4448 section 4.6).
    const bool control_word = nibble == 0 && view.size > 4;
    return decode_ethernet(layers, control_word ? view.sub(4) : view, depth);
  }
  return Fate::depth_exceeded;
}

// IEEE 802.3 with LLC and SNAP: the EtherType follows (RFC 1042).
Fate decode_llc(Layers& layers, const View& view, int depth) {
  if (view.size < 8) return Fate::not_ip;
  const bool snap = view.data[0] == 0xAA && view.data[1] == 0xAA && view.data[2] == 0x03;
  if (!snap) return Fate::not_ip;
  const uint16_t ether_type = be16(view.data + 6);
  return ether_type < 0x600 ? Fate::not_ip
                            : decode_ether_type(layers, ether_type, view.sub(8), depth);
}

}  // namespace

Fate decode_ppp(Layers& layers, const View& whole, int depth) {
  View view = whole;
  if (view.size >= 2 && view.data[0] == 0xFF && view.data[1] == 0x03) view = view.sub(2);
  if (view.size < 2) return Fate::link_truncated;
  // The protocol field is one byte when its low bit is set (RFC 1661 section 6.5).
  const bool is_short = (view.data[0] & 1U) != 0;
  const uint16_t protocol = is_short ? view.data[0] : be16(view.data);
  view = view.sub(is_short ? 1 : 2);
  return protocol == 0x21 || protocol == 0x57 ? decode_ip(layers, view, depth) : Fate::not_ip;
}

Fate decode_ether_type(Layers& layers, uint16_t ether_type, const View& whole, int depth) {
  if (ether_type == 0x0800 || ether_type == 0x86DD) return decode_ip(layers, whole, depth);
  View view = whole;
  for (int tags = 0; tags < kMaxTags; tags++) {
    switch (ether_type) {
      case 0x0800:
      case 0x86DD:
        return decode_ip(layers, view, depth);
      case 0x8100:
      case 0x88A8:
      case 0x9100:
        if (view.size < 4) return Fate::link_truncated;
        ether_type = be16(view.data + 2);
        view = view.sub(4);
        break;
      case 0x8847:
      case 0x8848:
        return decode_mpls(layers, view, depth);
      case 0x880B:
        return decode_ppp(layers, view, depth);
      case 0x8864:
        return view.size < 8 ? Fate::link_truncated : decode_ppp(layers, view.sub(6), depth);
      default:
        return ether_type < 0x600 ? decode_llc(layers, view, depth) : Fate::not_ip;
    }
  }
  return Fate::depth_exceeded;
}

Fate decode_ethernet(Layers& layers, const View& view, int depth) {
  if (view.size < 14) return Fate::link_truncated;
  return decode_ether_type(layers, be16(view.data + 12), view.sub(14), depth);
}

Fate decode_link(Layers& layers, uint16_t link_type, const View& view) {
  switch (link_type) {
    case 1:
      return decode_ethernet(layers, view, 0);
    case 0:
    case 108:
      return decode_loopback(layers, view);
    case 9:
    case 50:
      return decode_ppp(layers, view, 0);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return decode_ip(layers, view, 0);
    case 113:
      return decode_cooked_v1(layers, view);
    case 192:
      return decode_ppi(layers, view);
    case 239:
      return decode_nflog(layers, view);
    case 276:
      return decode_cooked_v2(layers, view);
    default:
      return Fate::link_unsupported;
  }
}

}  // namespace sipladder
