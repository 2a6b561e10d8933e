// IPv4 (RFC 791) and IPv6 (RFC 8200) with extension headers.
#include "decode/layers.h"

namespace sipladder {
namespace {

constexpr int kMaxExtensions = 16;

Fate decode_ipv4(Layers& layers, View view, int depth) {
  if (view.size < 20) return Fate::ip_truncated;
  const uint8_t* p = view.data;
  const size_t header = size_t{p[0] & 0x0FU} * 4;
  size_t total = be16(p + 2);
  if (total == 0) total = view.size;  // segmentation offload leaves 0
  if (header < 20 || total < header) return Fate::ip_malformed;
  if (view.size < header) return Fate::ip_truncated;
  if (total > view.size) {
    if (!view.truncated) layers.note(Oddity::ip_length_lies);
    view.truncated = true;
    total = view.size;
  } else {
    view.truncated = false;
  }
  IpHeader ip;
  ip.dscp = static_cast<uint8_t>(p[1] >> 2);
  ip.id = be16(p + 4);
  ip.src = ipv4_address(p + 12);
  ip.dst = ipv4_address(p + 16);
  const uint16_t fragment = be16(p + 6);
  View payload = view.sub(header, total - header);
  if ((fragment & 0x3FFF) != 0) {
    layers.fragments++;
    const bool more = (fragment & 0x2000) != 0;
    const FragmentKey key{ip.src, ip.dst, ip.id, p[9]};
    const auto whole = add_fragment(layers, key, size_t{fragment & 0x1FFFU} * 8, more, payload, &ip);
    if (!whole) return Fate::fragment_waiting;
    payload = *whole;
  }
  return decode_ip_payload(layers, ip, p[9], payload, depth);
}

bool is_extension(uint8_t next) { return next == 0 || next == 43 || next == 60 || next == 51 || next == 135; }

Fate decode_ipv6(Layers& layers, View view, int depth) {
  if (view.size < 40) return Fate::ip_truncated;
  const uint8_t* p = view.data;
  IpHeader ip;
  ip.dscp = static_cast<uint8_t>((be16(p) >> 6) & 0x3F);
  ip.src = ipv6_address(p + 8);
  ip.dst = ipv6_address(p + 24);
  uint8_t next = p[6];
  size_t length = be16(p + 4);
  if (length == 0) length = view.size - 40;
  if (length > view.size - 40) {
    if (!view.truncated) layers.note(Oddity::ip_length_lies);
    view.truncated = true;
    length = view.size - 40;
  } else {
    view.truncated = false;
  }
  View payload = view.sub(40, length);
  for (int i = 0; i < kMaxExtensions; i++) {
    if (next == 44) {
      if (payload.size < 8) return Fate::ip_truncated;
      layers.fragments++;
      const uint8_t* f = payload.data;
      const uint16_t field = be16(f + 2);
      const FragmentKey key{ip.src, ip.dst, be32(f + 4), f[0]};
      next = f[0];
      payload = payload.sub(8);
      if ((field & 0xFFF9) == 0) continue;  // an atomic fragment (RFC 6946)
      const auto whole = add_fragment(layers, key, field & 0xFFF8U, (field & 1U) != 0, payload, &ip);
      if (!whole) return Fate::fragment_waiting;
      payload = *whole;
      continue;
    }
    if (!is_extension(next)) return decode_ip_payload(layers, ip, next, payload, depth);
    if (payload.size < 8) return Fate::ip_truncated;
    const size_t header = next == 51 ? (size_t{payload.data[1]} + 2) * 4 : (size_t{payload.data[1]} + 1) * 8;
    if (payload.size < header) return Fate::ip_truncated;
    next = payload.data[0];
    payload = payload.sub(header);
  }
  return Fate::depth_exceeded;
}

}  // namespace

Fate decode_ip(Layers& layers, View view, int depth) {
  if (depth >= kMaxDepth) return Fate::depth_exceeded;
  if (view.size == 0) return Fate::ip_truncated;
  const unsigned version = view.data[0] >> 4;
  if (version == 4) return decode_ipv4(layers, view, depth + 1);
  if (version == 6) return decode_ipv6(layers, view, depth + 1);
  return Fate::ip_malformed;
}

Fate decode_ip_payload(Layers& layers, const IpHeader& ip, uint8_t protocol, View view, int depth) {
  switch (protocol) {
    case 1: return decode_icmp(layers, ip, false, view);
    case 4:
    case 41: return decode_ip(layers, view, depth);
    case 6: return decode_tcp(layers, ip, view);
    case 17: return decode_udp(layers, ip, view, depth);
    case 47: return decode_gre(layers, view, depth);
    case 58: return decode_icmp(layers, ip, true, view);
    default: return Fate::protocol_other;
  }
}

}  // namespace sipladder
