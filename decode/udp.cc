#include "decode/layers.h"

namespace sipladder {

Fate decode_udp(Layers& layers, const IpHeader& ip, View view, int depth) {
  if (view.size < 8) return Fate::ip_truncated;
  const uint16_t src_port = be16(view.data);
  const uint16_t dst_port = be16(view.data + 2);
  size_t length = be16(view.data + 4);
  if (length == 0) length = view.size;  // jumbogram or offload
  if (length < 8) return Fate::udp_malformed;
  if (length > view.size) {
    if (!view.truncated) layers.note(Oddity::udp_length_lies);
    view.truncated = true;
    length = view.size;
  } else {
    view.truncated = false;
  }
  const View payload = view.sub(8, length - 8);
  if (payload.size == 0) return Fate::udp_empty;
  Fate fate = Fate::payload;
  if (decode_udp_tunnel(layers, dst_port, payload, depth, &fate)) return fate;
  layers.out->push_back(layers.datagram(ip, src_port, dst_port, payload));
  return Fate::payload;
}

}  // namespace sipladder
