// ICMP and ICMPv6 errors: the quoted packet says against whom (RFC 792, RFC 4443). It is evidence, never SIP or RTP.
#include "decode/layers.h"

namespace sipladder {
namespace {

bool is_error(bool v6, uint8_t type) {
  return v6 ? type >= 1 && type <= 4 : type == 3 || type == 4 || type == 11 || type == 12;
}

}  // namespace

Fate decode_icmp(Layers& layers, const IpHeader& ip, bool v6, View view) {
  if (view.size < 8) return Fate::ip_truncated;
  if (!is_error(v6, view.data[0])) return Fate::icmp_other;
  const View quoted = view.sub(8);
  const size_t header = v6 ? 40 : quoted.size > 0 ? size_t{quoted.data[0] & 0x0FU} * 4 : size_t{0};
  if (header < 20 || quoted.size < header + 4) return Fate::icmp_other;
  const uint8_t protocol = quoted.data[v6 ? 6 : 9];
  if (protocol != 17 && protocol != 6) return Fate::icmp_other;
  IpHeader inner;
  inner.src = v6 ? ipv6_address(quoted.data + 8) : ipv4_address(quoted.data + 12);
  inner.dst = v6 ? ipv6_address(quoted.data + 24) : ipv4_address(quoted.data + 16);
  const uint8_t* ports = quoted.data + header;
  const View payload = quoted.size > header + 8 ? quoted.sub(header + 8) : quoted.sub(quoted.size);
  Datagram datagram = layers.datagram(inner, be16(ports), be16(ports + 2), payload);
  datagram.kind = PayloadKind::icmp_error;
  datagram.transport = protocol == 17 ? Transport::udp : Transport::tcp;
  datagram.icmp_type = view.data[0];
  datagram.icmp_code = view.data[1];
  datagram.icmp_from = ip.src;
  layers.out->push_back(datagram);
  return Fate::payload;
}

}  // namespace sipladder
