// IPv4 (RFC 791) and IPv6 (RFC 8200) with extension headers.
#include <algorithm>

#include "decode/layers.h"

namespace sipladder {
namespace {

constexpr int kMaxExtensions = 16;
constexpr uint8_t kFragmentHeader = 44;
constexpr uint8_t kAuthenticationHeader = 51;

Fate decode_ipv4(Layers& layers, const View& view, int depth) {
  if (view.size < 20) return Fate::ip_truncated;
  const uint8_t* p = view.data;
  const size_t header = size_t{p[0] & 0x0FU} * 4;
  size_t total = be16(p + 2);
  if (total == 0) total = view.size + view.missing;  // segmentation offload leaves 0
  if (header < 20 || total < header) return Fate::ip_malformed;
  if (view.size < header) return Fate::ip_truncated;
  IpHeader ip;
  ip.dscp = static_cast<uint8_t>(p[1] >> 2);
  ip.ttl = p[8];
  ip.id = be16(p + 4);
  ip.src = ipv4_address(p + 12);
  ip.dst = ipv4_address(p + 16);
  View payload = layers.claim(view, header, total - header, Oddity::ip_length_lies);
  layers.note_part(PartKind::ipv4, view.sub(0, header + payload.size));
  const uint16_t fragment = be16(p + 6);
  if ((fragment & 0x3FFF) != 0) {
    const bool more = (fragment & 0x2000) != 0;
    const FragmentKey key{ip.src, ip.dst, ip.id, p[9], layers.packet->point};
    const Fate fate =
        add_fragment(layers, key, size_t{fragment & 0x1FFFU} * 8, more, &payload, &ip);
    if (fate != Fate::payload) return fate;
  }
  return decode_ip_payload(layers, ip, p[9], payload, depth);
}

bool is_extension(uint8_t next) {
  return next == 0 || next == 43 || next == 60 || next == kAuthenticationHeader || next == 135 ||
         next == 139 || next == 140;
}

// Reads the fragment header (RFC 8200 section 4.5). Fate::payload: *payload is that of the whole
// datagram now.
Fate decode_ipv6_fragment(Layers& layers, IpHeader* ip, uint8_t* next, View* payload) {
  if (payload->size < 8) return Fate::ip_truncated;
  const uint8_t* p = payload->data;
  const uint16_t field = be16(p + 2);
  const FragmentKey key{ip->src, ip->dst, be32(p + 4), p[0], layers.packet->point};
  layers.note_part(PartKind::ipv6_fragment, *payload);
  *next = p[0];
  *payload = payload->sub(8);
  if ((field & 0xFFF9) == 0) return Fate::payload;  // an atomic fragment (RFC 6946)
  return add_fragment(layers, key, field & 0xFFF8U, (field & 1U) != 0, payload, ip);
}

Fate skip_ipv6_extension(uint8_t* next, View* payload) {
  if (payload->size < 8) return Fate::ip_truncated;
  const size_t units = payload->data[1];
  // The authentication header counts in 4-byte units, minus 2 (RFC 4302 section 2.2).
  const size_t header = *next == kAuthenticationHeader ? (units + 2) * 4 : (units + 1) * 8;
  if (payload->size < header) return Fate::ip_truncated;
  *next = payload->data[0];
  *payload = payload->sub(header);
  return Fate::payload;
}

// A jumbogram (RFC 2675) has a length of 32 bits in an option. No link that gets captured carries
// such packets, so it is not believed.
bool is_jumbogram(uint8_t next, const View& options) {
  constexpr uint8_t kJumboPayload = 0xC2;
  if (next != 0 || options.size < 8) return false;
  const size_t end = std::min(options.size, (size_t{options.data[1]} + 1) * 8);
  for (size_t at = 2; at + 1 < end;) {
    const uint8_t option = options.data[at];
    if (option == kJumboPayload) return true;
    at += option == 0 ? 1 : 2 + size_t{options.data[at + 1]};
  }
  return false;
}

Fate decode_ipv6(Layers& layers, const View& view, int depth) {
  if (view.size < 40) return Fate::ip_truncated;
  const uint8_t* p = view.data;
  IpHeader ip;
  ip.dscp = static_cast<uint8_t>((be16(p) >> 6) & 0x3F);
  ip.ttl = p[7];
  ip.src = ipv6_address(p + 8);
  ip.dst = ipv6_address(p + 24);
  uint8_t next = p[6];
  size_t length = be16(p + 4);
  if (length == 0 && is_jumbogram(next, view.sub(40))) {
    layers.note(Oddity::ipv6_jumbogram);
    return Fate::ip_malformed;
  }
  if (length == 0) length = view.size + view.missing - 40;  // segmentation offload
  View payload = layers.claim(view, 40, length, Oddity::ip_length_lies);
  layers.note_part(PartKind::ipv6, view.sub(0, 40 + payload.size));
  for (int i = 0; i < kMaxExtensions; i++) {
    Fate fate = Fate::payload;
    if (next == kFragmentHeader) {
      fate = decode_ipv6_fragment(layers, &ip, &next, &payload);
    } else if (is_extension(next)) {
      fate = skip_ipv6_extension(&next, &payload);
    } else {
      return decode_ip_payload(layers, ip, next, payload, depth);
    }
    if (fate != Fate::payload) return fate;
  }
  return Fate::depth_exceeded;
}

}  // namespace

Fate decode_ip(Layers& layers, const View& view, int depth) {
  if (depth >= kMaxDepth) return Fate::depth_exceeded;
  if (view.size == 0) return Fate::ip_truncated;
  const unsigned version = view.data[0] >> 4;
  if (version == 4) return decode_ipv4(layers, view, depth + 1);
  if (version == 6) return decode_ipv6(layers, view, depth + 1);
  return Fate::ip_malformed;
}

Fate decode_ip_payload(Layers& layers, const IpHeader& ip, uint8_t protocol, const View& view,
                       int depth) {
  switch (protocol) {
    case 1:
      return decode_icmp(layers, ip, false, view);
    case 4:
    case 41:
      return decode_ip(layers, view, depth);
    case 6:
      return decode_tcp(layers, ip, view);
    case 17:
      return decode_udp(layers, ip, view, depth);
    case 47:
      return decode_gre(layers, view, depth);
    case kAuthenticationHeader: {
      uint8_t next = protocol;
      View inner = view;
      const Fate fate = skip_ipv6_extension(&next, &inner);
      if (fate != Fate::payload) return fate;
      if (depth >= kMaxDepth) return Fate::depth_exceeded;
      return decode_ip_payload(layers, ip, next, inner, depth + 1);
    }
    case 58:
      return decode_icmp(layers, ip, true, view);
    case 97:
      return decode_ether_ip(layers, view, depth);
    case 115:
      return decode_l2tp3(layers, view, depth);
    case 137:
      return depth >= kMaxDepth ? Fate::depth_exceeded : decode_mpls(layers, view, depth);
    case 132:
      return decode_sctp(layers, ip, view);
    default:
      return Fate::protocol_other;
  }
}

}  // namespace sipladder
