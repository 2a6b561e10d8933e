// LINKTYPE_WIRESHARK_UPPER_PDU: PDUs of one protocol that Wireshark exported, such as decrypted
// SIP. Tags give the protocol and both ends (epan/exported_pdu.h of Wireshark).
#include "decode/layers.h"

namespace sipladder {
namespace {

struct Tags {
  std::string_view protocol;
  IpHeader ip;
  uint32_t port_type = 0;
  uint16_t src_port = 0, dst_port = 0;
};

void note_tag(uint16_t tag, const View& value, Tags* tags) {
  const bool number = value.size >= 4;
  switch (tag) {
    case 12:  // the protocol
    case 13:  // the protocol, found by a heuristic dissector
      tags->protocol = value.text().substr(0, value.text().find('\0'));
      break;
    case 20:
      if (number) tags->ip.src = ipv4_address(value.data);
      break;
    case 21:
      if (number) tags->ip.dst = ipv4_address(value.data);
      break;
    case 22:
      if (value.size >= 16) tags->ip.src = ipv6_address(value.data);
      break;
    case 23:
      if (value.size >= 16) tags->ip.dst = ipv6_address(value.data);
      break;
    case 24:
      if (number) tags->port_type = be32(value.data);
      break;
    case 25:
      if (number) tags->src_port = be16(value.data + 2);
      break;
    case 26:
      if (number) tags->dst_port = be16(value.data + 2);
      break;
    default:
      break;
  }
}

}  // namespace

Fate decode_exported_pdu(Layers& layers, const View& whole) {
  constexpr uint32_t kSctp = 1, kTcp = 2;
  constexpr uint16_t kSecurePort = 5061;
  layers.note_part(PartKind::exported_pdu, whole);
  View view = whole;
  Tags tags;
  while (true) {
    if (view.size < 4) return Fate::link_truncated;
    const uint16_t tag = be16(view.data);
    const size_t length = be16(view.data + 2);
    if (view.size < 4 + length) return Fate::link_truncated;
    const View value = view.sub(4, length);
    view = view.sub(4 + length);
    if (tag == 0) break;
    note_tag(tag, value, &tags);
  }
  if (view.size == 0) return Fate::udp_empty;
  if (view.missing > 0) layers.cut = true;
  if (tags.protocol == "ip" || tags.protocol == "ipv6") return decode_ip(layers, view, 0);
  if (tags.protocol == "eth" || tags.protocol == "eth_maybefcs" ||
      tags.protocol == "eth_withoutfcs")
    return decode_ethernet(layers, view, 0);
  const bool stream = tags.port_type == kTcp || tags.port_type == kSctp;
  if (stream && !tags.protocol.starts_with("sip")) return Fate::tcp_other;
  Datagram& datagram = layers.hand_on(tags.ip, tags.src_port, tags.dst_port, view);
  if (!stream) return Fate::payload;
  const bool secure = tags.src_port == kSecurePort || tags.dst_port == kSecurePort;
  datagram.kind = PayloadKind::message;
  datagram.transport = tags.port_type == kSctp ? Transport::sctp
                       : secure                ? Transport::tls
                                               : Transport::tcp;
  return Fate::payload;
}

}  // namespace sipladder
