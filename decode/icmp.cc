// ICMP and ICMPv6 errors (RFC 792, RFC 4443). The packet that an error quotes tells which packet
// was rejected. The quotation is evidence and never counts as SIP or RTP.
#include <algorithm>

#include "decode/layers.h"

namespace sipladder {
namespace {

constexpr int kMaxExtensionObjects = 4;

bool is_error(bool v6, uint8_t type) {
  if (v6) return type >= 1 && type <= 4;
  return type == 3 || type == 4 || type == 11 || type == 12;
}

struct Quoted {
  IpHeader ip;
  uint8_t protocol = 0;
  View transport;
};

// The payload of the quoted packet. Bytes behind the quoted packet are extensions of the error
// message (RFC 4884) and are left out.
View quoted_payload(const View& view, size_t header, size_t length) {
  View payload = view.sub(header, std::min(length, view.size - header));
  payload.missing = length > payload.size ? length - payload.size : 0;
  return payload;
}

std::optional<Quoted> quoted_ipv4(const View& view) {
  if (view.size < 20) return std::nullopt;
  const uint8_t* p = view.data;
  const size_t header = size_t{p[0] & 0x0FU} * 4;
  const size_t total = be16(p + 2);
  const bool later_fragment = (be16(p + 6) & 0x1FFF) != 0;
  if (header < 20 || total < header || view.size < header || later_fragment) return std::nullopt;
  Quoted quoted;
  quoted.ip = {ipv4_address(p + 12), ipv4_address(p + 16), be16(p + 4),
               static_cast<uint8_t>(p[1] >> 2)};
  quoted.protocol = p[9];
  quoted.transport = quoted_payload(view, header, total - header);
  return quoted;
}

std::optional<Quoted> quoted_ipv6(const View& view) {
  if (view.size < 40) return std::nullopt;
  const uint8_t* p = view.data;
  Quoted quoted;
  quoted.ip = {ipv6_address(p + 8), ipv6_address(p + 24), 0,
               static_cast<uint8_t>((be16(p) >> 6) & 0x3F)};
  quoted.protocol = p[6];
  quoted.transport = quoted_payload(view, 40, be16(p + 4));
  for (int i = 0; i < kMaxExtensionObjects; i++) {
    const uint8_t next = quoted.protocol;
    const View& rest = quoted.transport;
    if (next != 0 && next != 43 && next != 60 && next != 44) break;
    if (rest.size < 8 || (next == 44 && (be16(rest.data + 2) & 0xFFF8) != 0)) return std::nullopt;
    const size_t header = next == 44 ? 8 : (size_t{rest.data[1]} + 1) * 8;
    if (rest.size < header) return std::nullopt;
    quoted.protocol = rest.data[0];
    quoted.transport = rest.sub(header);
  }
  return quoted;
}

// The payload behind the quoted transport header. An IPv4 router need quote only 8 bytes behind the
// IP header (RFC 792), so the header of TCP may be cut.
View transport_payload(const Quoted& quoted) {
  const View& view = quoted.transport;
  size_t header = 8;
  if (quoted.protocol == 6) header = view.size > 12 ? size_t{view.data[12]} / 16 * 4 : 20;
  return view.sub(std::min(header, view.size));
}

}  // namespace

Fate decode_icmp(Layers& layers, const IpHeader& ip, bool v6, const View& view) {
  if (view.size < 8) return Fate::ip_truncated;
  layers.note_part(v6 ? PartKind::icmpv6 : PartKind::icmp, view);
  if (v6) note_neighbour_discovery(layers, ip, view);
  if (!is_error(v6, view.data[0])) return Fate::icmp_other;
  const auto quoted = v6 ? quoted_ipv6(view.sub(8)) : quoted_ipv4(view.sub(8));
  if (!quoted || quoted->transport.size < 4) return Fate::icmp_other;
  if (quoted->protocol != 17 && quoted->protocol != 6) return Fate::icmp_other;
  const uint8_t* ports = quoted->transport.data;
  Datagram& datagram =
      layers.hand_on(quoted->ip, be16(ports), be16(ports + 2), transport_payload(*quoted));
  datagram.kind = PayloadKind::icmp_error;
  datagram.transport = quoted->protocol == 17 ? Transport::udp : Transport::tcp;
  datagram.icmp_type = view.data[0];
  datagram.icmp_code = view.data[1];
  datagram.icmp_from = ip.src;
  datagram.icmp_mtu = v6 && view.data[0] == 2                         ? be16(view.data + 6)
                      : !v6 && view.data[0] == 3 && view.data[1] == 4 ? be16(view.data + 6)
                                                                      : uint16_t{0};
  return Fate::payload;
}

}  // namespace sipladder
