// Tunnels directly over IP: GRE (RFC 2784, 2890, 2637), ERSPAN, L2TPv3 (RFC 3931), EtherIP (RFC
// 3378).
#include <algorithm>

#include "decode/layers.h"

namespace sipladder {

bool is_ip(const View& view) {
  if (view.size < 20) return false;
  const uint8_t* p = view.data;
  const unsigned version = p[0] >> 4;
  const size_t whole = view.size + view.missing;
  if (version == 6) return view.size >= 40 && size_t{be16(p + 4)} + 40 <= whole;
  // Segmentation offload leaves a total length of 0.
  const size_t total = be16(p + 2);
  return version == 4 && (p[0] & 0x0FU) >= 5 && (total == 0 || (total >= 20 && total <= whole));
}

bool is_ethernet(const View& view) {
  if (view.size < 14) return false;
  const uint16_t type = be16(view.data + 12);
  if (type == 0x0800 || type == 0x86DD) return is_ip(view.sub(14));
  static constexpr uint16_t kOthers[] = {0x0806, 0x8100, 0x88A8, 0x9100,
                                         0x8847, 0x8848, 0x8863, 0x8864};
  return std::find(std::begin(kOthers), std::end(kOthers), type) != std::end(kOthers);
}

namespace {

// ERSPAN type I has no header and is recognized by the missing GRE sequence number. Type II has 8
// bytes.
Fate decode_erspan2(Layers& layers, const View& view, bool has_sequence, int depth) {
  const size_t header = has_sequence ? 8 : 0;
  return view.size < header ? Fate::ip_truncated : decode_ethernet(layers, view.sub(header), depth);
}

// ERSPAN type III: 12 bytes, and 8 more when its O bit is set.
Fate decode_erspan3(Layers& layers, const View& view, int depth) {
  if (view.size < 12) return Fate::ip_truncated;
  const size_t header = (view.data[11] & 1U) != 0 ? 20 : 12;
  return view.size < header ? Fate::ip_truncated : decode_ethernet(layers, view.sub(header), depth);
}

}  // namespace

bool is_ppp_ip(const View& whole) {
  View view = whole;
  if (view.size >= 2 && view.data[0] == 0xFF && view.data[1] == 0x03) view = view.sub(2);
  if (view.size < 3) return false;
  if (view.data[0] == 0x21 || view.data[0] == 0x57) return is_ip(view.sub(1));
  const uint16_t protocol = be16(view.data);
  return (protocol == 0x21 || protocol == 0x57) && is_ip(view.sub(2));
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
  // Version 1 can carry an acknowledgement number (RFC 2637 section 4.1).
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

// Both ends agree beforehand on the size of the cookie (0, 4 or 8 bytes) and of the sublayer (0 or
// 4 bytes), and the packet does not tell (RFC 3931 section 4.1). The first place where a plausible
// header begins is taken.
Fate decode_l2tp3(Layers& layers, const View& view, int depth) {
  constexpr size_t kSession = 4;
  if (depth >= kMaxDepth) return Fate::depth_exceeded;
  if (view.size < kSession) return Fate::ip_truncated;
  if (be32(view.data) == 0) return Fate::protocol_other;  // a control message
  for (size_t at = kSession; at <= kSession + 12 && at < view.size; at += 4) {
    const View inner = view.sub(at);
    if (is_ethernet(inner)) return decode_ethernet(layers, inner, depth);
    if (is_ip(inner)) return decode_ip(layers, inner, depth);
    if (is_ppp_ip(inner)) return decode_ppp(layers, inner, depth);
  }
  return Fate::protocol_other;
}

Fate decode_ether_ip(Layers& layers, const View& view, int depth) {
  if (depth >= kMaxDepth) return Fate::depth_exceeded;
  if (view.size < 2) return Fate::ip_truncated;
  if (view.data[0] >> 4 != 3) return Fate::protocol_other;
  return decode_ethernet(layers, view.sub(2), depth);
}

}  // namespace sipladder
