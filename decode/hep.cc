// HEP, the Homer encapsulation protocol, versions 1 to 3, inside UDP: the inner packet gets its own
// addresses and time. Recognised by bytes: HEP has no port of its own.
#include "capture/inflate.h"
#include "decode/layers.h"

namespace sipladder {
namespace {

constexpr size_t kMaxInflated = 1 << 20;

enum Chunk : uint16_t {
  kFamily = 1,
  kProtocol = 2,
  kSrc4 = 3,
  kDst4 = 4,
  kSrc6 = 5,
  kDst6 = 6,
  kSrcPort = 7,
  kDstPort = 8,
  kSeconds = 9,
  kMicroseconds = 10,
  kPayload = 15,
  kCompressed = 16,
};

std::optional<Transport> transport_of(uint8_t protocol) {
  switch (protocol) {
    case 17:
      return Transport::udp;
    case 6:
      return Transport::tcp;
    case 132:
      return Transport::sctp;
    default:
      return std::nullopt;
  }
}

// What a HEP packet says of the one inside.
struct Inner {
  IpHeader ip;
  uint16_t src_port = 0;
  uint16_t dst_port = 0;
  uint8_t protocol = 17;
  uint32_t seconds = 0;
  uint32_t microseconds = 0;
  View payload;
  bool compressed = false;
};

void read_chunk(uint16_t type, const View& value, Inner* inner) {
  const uint8_t* p = value.data;
  switch (type) {
    case kProtocol:
      if (value.size >= 1) inner->protocol = p[0];
      break;
    case kSrc4:
      if (value.size >= 4) inner->ip.src = ipv4_address(p);
      break;
    case kDst4:
      if (value.size >= 4) inner->ip.dst = ipv4_address(p);
      break;
    case kSrc6:
      if (value.size >= 16) inner->ip.src = ipv6_address(p);
      break;
    case kDst6:
      if (value.size >= 16) inner->ip.dst = ipv6_address(p);
      break;
    case kSrcPort:
      if (value.size >= 2) inner->src_port = be16(p);
      break;
    case kDstPort:
      if (value.size >= 2) inner->dst_port = be16(p);
      break;
    case kSeconds:
      if (value.size >= 4) inner->seconds = be32(p);
      break;
    case kMicroseconds:
      if (value.size >= 4) inner->microseconds = be32(p);
      break;
    case kPayload:
    case kCompressed:
      inner->payload = value;
      inner->compressed = type == kCompressed;
      break;
    default:
      break;
  }
}

void read_hep3(Layers& layers, const View& view, Inner* inner) {
  size_t end = be16(view.data + 4);
  if (end > view.size) {
    if (view.missing == 0) layers.note(Oddity::hep_length_lies);
    end = view.size;
  }
  for (size_t at = 6; at + 6 <= end;) {
    const uint16_t vendor = be16(view.data + at);
    const uint16_t type = be16(view.data + at + 2);
    size_t length = be16(view.data + at + 4);
    if (length < 6 || at + length > end) {
      if (view.missing == 0) layers.note(Oddity::hep_length_lies);
      if (length < 6) return;
      length = end - at;
    }
    if (vendor == 0) read_chunk(type, view.sub(at + 6, length - 6), inner);
    at += length;
  }
}

uint32_t le32(const uint8_t* p) {
  return uint32_t{p[3]} << 24 | uint32_t{p[2]} << 16 | uint32_t{p[1]} << 8 | uint32_t{p[0]};
}

// Version 1 and 2: a fixed header with its own length, version 2 with the time behind it, in the
// byte order of the sender (which is little-endian in practice).
bool read_hep12(const View& view, Inner* inner) {
  const uint8_t* p = view.data;
  if (view.size < 16 || (p[0] != 1 && p[0] != 2) || !transport_of(p[3])) return false;
  const bool v6 = p[2] == 10;
  if (!v6 && p[2] != 2) return false;
  const size_t addresses = v6 ? 32 : 8;
  const size_t time = p[0] == 2 ? 12 : 0;
  const size_t header = 8 + addresses + time;
  if (view.size < header || (p[1] != header && p[1] != 8 + addresses)) return false;
  inner->protocol = p[3];
  inner->src_port = be16(p + 4);
  inner->dst_port = be16(p + 6);
  inner->ip.src = v6 ? ipv6_address(p + 8) : ipv4_address(p + 8);
  inner->ip.dst = v6 ? ipv6_address(p + 24) : ipv4_address(p + 12);
  if (time != 0) {
    inner->seconds = le32(p + 8 + addresses);
    inner->microseconds = le32(p + 12 + addresses);
  }
  inner->payload = view.sub(header);
  return true;
}

bool read_hep(Layers& layers, const View& view, Inner* inner) {
  if (view.size >= 6 && view.text().starts_with("HEP3")) {
    read_hep3(layers, view, inner);
    return inner->ip.src.family != 0 && inner->ip.dst.family != 0 && inner->payload.size > 0;
  }
  return read_hep12(view, inner);
}

}  // namespace

bool decode_hep(Layers& layers, const View& view) {
  Inner inner;
  if (!read_hep(layers, view, &inner)) return false;
  const auto transport = transport_of(inner.protocol);
  if (!transport) return false;
  Datagram datagram = layers.datagram(inner.ip, inner.src_port, inner.dst_port, inner.payload);
  datagram.transport = *transport;
  if (inner.seconds != 0) {
    datagram.time_ns = int64_t{inner.seconds} * 1'000'000'000 + int64_t{inner.microseconds} * 1000;
  }
  if (inner.compressed) {
    layers.kept.push_back(inflate_whole(inner.payload.text(), kMaxInflated));
    if (layers.kept.back().empty()) {
      layers.note(Oddity::hep_not_inflated);
      return false;
    }
    datagram.payload = layers.kept.back();
    datagram.ref = layers.log.append_assembled(layers.kept.back());
  }
  layers.out->push_back(datagram);
  return true;
}

}  // namespace sipladder
