// UDP (RFC 768): a datagram, HEP, or a tunnel when both the port and the header say so.
#include "decode/hep.h"
#include "decode/layers.h"

namespace sipladder {

Fate decode_udp(Layers& layers, const IpHeader& ip, const View& view, int depth) {
  if (view.size < 8) return Fate::ip_truncated;
  const uint16_t src_port = be16(view.data);
  const uint16_t dst_port = be16(view.data + 2);
  size_t length = be16(view.data + 4);
  // Jumbograms (RFC 2675 section 4) and segmentation offload leave 0.
  if (length == 0) length = view.size + view.missing;
  if (length < 8) return Fate::udp_malformed;
  if (length < view.size) layers.note(Oddity::udp_length_lies);
  const View payload = layers.claim(view, 8, length - 8, Oddity::udp_length_lies);
  layers.note_part(PartKind::udp, view.sub(0, 8 + payload.size));
  if (payload.size == 0 && payload.missing > 0) return Fate::ip_truncated;
  if (payload.size == 0) {
    layers.note_keepalive({ip.src, src_port}, {ip.dst, dst_port});
    return Fate::udp_empty;
  }
  Fate fate = Fate::payload;
  if (decode_udp_tunnel(layers, src_port, dst_port, payload, depth, &fate)) return fate;
  if (is_hep(payload.text())) return decode_hep(layers, payload);
  Datagram& datagram = layers.hand_on(ip, src_port, dst_port, payload);
  if (--layers.until_checksum == 0) {
    layers.until_checksum = kChecksumEvery;
    if (payload.missing == 0) datagram.checksum = udp_checksum(ip.src, ip.dst, view.data, length);
  }
  return Fate::payload;
}

}  // namespace sipladder
