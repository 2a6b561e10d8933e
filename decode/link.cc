// Link layers, and what can stand between them and IP: VLAN tags, MPLS, PPPoE, PPP.
// Numbers of link types: https://www.tcpdump.org/linktypes.html
#include <algorithm>
#include <iterator>

#include "decode/layers.h"
#include "decode/link_types.h"

namespace sipladder {
namespace {

constexpr int kMaxTags = 16;

// By the type of a cooked packet: 4 is "sent by us", the others came from elsewhere.
Way way_of(unsigned packet_type) {
  return packet_type == 4 ? Way::out : packet_type < 4 ? Way::in : Way::unknown;
}

Fate decode_cooked_v1(Layers& layers, const View& view) {
  if (view.size < 16) return Fate::link_truncated;
  layers.way = way_of(be16(view.data));
  return decode_ether_type(layers, be16(view.data + 14), view.sub(16), 0);
}

Fate decode_cooked_v2(Layers& layers, const View& view) {
  if (view.size < 20) return Fate::link_truncated;
  layers.way = way_of(view.data[10]);
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
  constexpr unsigned kPpi = 192;  // PPI within PPI could nest without end
  if (inner == kPpi) return Fate::link_unsupported;
  return decode_link(layers, static_cast<uint16_t>(inner), view.sub(header));
}

// NFLOG: type-length-value triples in host order, lengths included and padded to 4.
Fate decode_nflog(Layers& layers, const View& whole) {
  constexpr size_t kPayload = 9;
  if (whole.size < 4) return Fate::link_truncated;
  View view = whole.sub(4);
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

// IPNET of Solaris: 24 bytes of zones and interfaces, then IP.
Fate decode_ipnet(Layers& layers, const View& view) {
  return view.size < 24 ? Fate::link_truncated : decode_ip(layers, view.sub(24), 0);
}

// OpenBSD's IPsec device: address family, SPI, flags.
Fate decode_enc(Layers& layers, const View& view) {
  return view.size < 12 ? Fate::link_truncated : decode_ip(layers, view.sub(12), 0);
}

// PFLOG, the log of the BSD packet filter. Its header begins with its own length, padded to 4.
Fate decode_pflog(Layers& layers, const View& view) {
  if (view.size < 4) return Fate::link_truncated;
  const size_t header = (size_t{view.data[0]} + 3) / 4 * 4;
  if (header == 0 || header > view.size) return Fate::link_truncated;
  return decode_ip(layers, view.sub(header), 0);
}

// ERF of Endace: time, type, flags, lengths. The first bit of the type, and of each extension
// header, tells whether another extension header follows.
Fate decode_erf(Layers& layers, const View& view) {
  constexpr size_t kHeader = 16, kExtension = 8;
  if (view.size < kHeader) return Fate::link_truncated;
  const unsigned type = view.data[8] & 0x7FU;
  size_t at = kHeader;
  for (bool more = (view.data[8] & 0x80U) != 0; more; at += kExtension) {
    if (view.size < at + kExtension) return Fate::link_truncated;
    more = (view.data[at] & 0x80U) != 0;
  }
  switch (type) {
    case 2:  // Ethernet; the three types below add a colour, a hash or an interface number
    case 11:
    case 16:
    case 20:  // two bytes of padding stand before the frame
      return view.size < at + 2 ? Fate::link_truncated
                                : decode_ethernet(layers, view.sub(at + 2), 0);
    case 1:  // packet over SONET: PPP or Cisco's HDLC
    case 10:
    case 15:
    case 19:
      if (view.size < at + 4) return Fate::link_truncated;
      if (view.data[at] == 0xFF) return decode_ppp(layers, view.sub(at), 0);
      return decode_ether_type(layers, be16(view.data + at + 2), view.sub(at + 4), 0);
    case 22:
    case 23:
      return decode_ip(layers, view.sub(at), 0);
    default:
      return Fate::not_ip;
  }
}

// PKTAP of macOS: a little-endian header with its length and the link type of what follows.
Fate decode_pktap(Layers& layers, const View& view) {
  constexpr uint32_t kPktap = 258;  // PKTAP within PKTAP could nest without end
  const auto little = [&](size_t at) { return __builtin_bswap32(be32(view.data + at)); };
  if (view.size < 12) return Fate::link_truncated;
  const size_t header = little(0);
  const uint32_t inner = little(8);
  if (header < 12 || header > view.size) return Fate::link_truncated;
  if (inner == kPktap || inner == 149 || inner > 0xFFFF) return Fate::link_unsupported;
  return decode_link(layers, static_cast<uint16_t>(inner), view.sub(header));
}

// The private link type 149, which macOS used for PKTAP before that had a number of its own.
Fate decode_private_pktap(Layers& layers, const View& view) {
  const bool plausible = view.size >= 12 && be32(view.data + 4) == 0x01000000U &&
                         be32(view.data) != 0 && (be32(view.data) & 0xFFFFU) == 0;
  return plausible ? decode_pktap(layers, view) : Fate::link_unsupported;
}

Fate decode_cisco_hdlc(Layers& layers, const View& view) {
  if (view.size < 4) return Fate::link_truncated;
  return decode_ether_type(layers, be16(view.data + 2), view.sub(4), 0);
}

// PPPoE without an Ethernet header before it.
Fate decode_pppoe(Layers& layers, const View& view) {
  return view.size < 8 ? Fate::link_truncated : decode_ppp(layers, view.sub(6), 0);
}

Fate decode_ppp_with_direction(Layers& layers, const View& view) {
  return view.size < 2 ? Fate::link_truncated : decode_ppp(layers, view.sub(1), 0);
}

}  // namespace

// IEEE 802.3 with LLC and SNAP: the EtherType follows (RFC 1042).
Fate decode_llc(Layers& layers, const View& view, int depth) {
  if (view.size < 8) return Fate::not_ip;
  const bool snap = view.data[0] == 0xAA && view.data[1] == 0xAA && view.data[2] == 0x03;
  if (!snap) return Fate::not_ip;
  const uint16_t ether_type = be16(view.data + 6);
  return ether_type < 0x600 ? Fate::not_ip
                            : decode_ether_type(layers, ether_type, view.sub(8), depth);
}

Fate decode_mpls(Layers& layers, const View& whole, int depth) {
  View view = whole;
  for (int labels = 0; labels < kMaxTags; labels++) {
    if (view.size < 5) return Fate::link_truncated;
    const bool bottom = (view.data[2] & 1U) != 0;
    view = view.sub(4);
    if (!bottom) continue;
    if (is_ip(view)) return decode_ip(layers, view, depth);
    // A pseudowire: Ethernet behind an optional control word, whose first four bits are 0 (RFC 4448
    // section 4.6). A MAC address can begin with these bits, too.
    const bool control_word = view.data[0] >> 4 == 0 && view.size > 4 && !is_ethernet(view);
    return decode_ethernet(layers, control_word ? view.sub(4) : view, depth);
  }
  return Fate::depth_exceeded;
}

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
      case 0x0806:
        layers.note_part(PartKind::arp, view);
        note_arp(layers, view);
        return Fate::not_ip;
      default:
        return ether_type < 0x600 ? decode_llc(layers, view, depth) : Fate::not_ip;
    }
  }
  return Fate::depth_exceeded;
}

Fate decode_ethernet(Layers& layers, const View& view, int depth) {
  if (view.size < 14) return Fate::link_truncated;
  layers.note_part(PartKind::ethernet, view);
  return decode_ether_type(layers, be16(view.data + 12), view.sub(14), depth);
}

namespace {

Fate link_ethernet(Layers& layers, const View& view) {
  return decode_ethernet(layers, view, 0);
}
Fate link_ip(Layers& layers, const View& view) {
  return decode_ip(layers, view, 0);
}
Fate link_ppp(Layers& layers, const View& view) {
  return decode_ppp(layers, view, 0);
}

constexpr struct {
  uint16_t type;
  Fate (*decode)(Layers&, const View&);
} kLinks[] = {
    {1, link_ethernet},      {113, decode_cooked_v1},
    {276, decode_cooked_v2}, {12, link_ip},
    {14, link_ip},           {101, link_ip},
    {228, link_ip},          {229, link_ip},
    {0, decode_loopback},    {108, decode_loopback},
    {9, link_ppp},           {50, link_ppp},
    {51, decode_pppoe},      {104, decode_cisco_hdlc},
    {105, decode_wlan},      {109, decode_enc},
    {117, decode_pflog},     {127, decode_radiotap},
    {192, decode_ppi},       {204, decode_ppp_with_direction},
    {226, decode_ipnet},     {239, decode_nflog},
    {197, decode_erf},       {252, decode_exported_pdu},
    {258, decode_pktap},     {149, decode_private_pktap},
};

}  // namespace

bool is_decoded_link(uint16_t link_type) {
  return std::any_of(std::begin(kLinks), std::end(kLinks),
                     [&](const auto& link) { return link.type == link_type; });
}

Fate decode_link(Layers& layers, uint16_t link_type, const View& view) {
  for (const auto& link : kLinks) {
    if (link.type == link_type) return link.decode(layers, view);
  }
  return Fate::link_unsupported;
}

}  // namespace sipladder
