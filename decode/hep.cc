// HEP v1, v2 and v3 (github.com/sipcapture/HEP, "HEP/EEP Network Protocol Specification, rev. 14").
#include "decode/hep.h"

#include <algorithm>
#include <cstdlib>

#include "capture/inflate.h"
#include "capture/time_units.h"
#include "decode/sip_message.h"

namespace sipladder {
namespace {

constexpr size_t kMaxUnpacked = 1 << 20;
constexpr size_t kHeader3 = 6;
constexpr size_t kChunkHeader = 6;

// What a HEP header says about the packet inside.
struct Stated {
  Endpoint src, dst;
  uint8_t protocol = 17;
  uint8_t dscp = 0;
  std::optional<uint32_t> seconds;
  uint32_t microseconds = 0;
  View payload;
  bool packed = false;
};

// Servers without an IP protocol number for TLS and WebSocket borrow others (Kamailio siptrace).
Transport transport_of(uint8_t protocol) {
  switch (protocol) {
    case 6:
      return Transport::tcp;
    case 22:
      return Transport::tls;
    case 50:
      return Transport::ws;
    case 132:
      return Transport::sctp;
    default:
      return Transport::udp;
  }
}

bool is_known_protocol(uint8_t protocol) {
  return protocol == 17 || transport_of(protocol) != Transport::udp;
}

bool is_ipv6_family(uint8_t family) {
  return family == 10 || family == 23 || family == 28 || family == 30;
}

struct OldHeader {
  size_t addresses;  // bytes of one address
  size_t time_at;    // 0 in version 1
  size_t length;
};

// The header of version 1 or 2. Version 2 appends a time of 10 bytes, which most senders pad to 12.
// Some senders count it in the length field, and some do not.
std::optional<OldHeader> old_header(std::string_view bytes) {
  if (bytes.size() < 16) return std::nullopt;
  const uint8_t* p = bytes_of(bytes);
  if (p[0] != 1 && p[0] != 2) return std::nullopt;
  if (p[2] != 2 && !is_ipv6_family(p[2])) return std::nullopt;
  if (!is_known_protocol(p[3])) return std::nullopt;
  const size_t address = p[2] == 2 ? 4 : 16;
  const size_t base = 8 + 2 * address;
  const size_t length = p[1];
  if (p[0] == 1 && length != base) return std::nullopt;
  if (p[0] == 2 && length != base && length != base + 10 && length != base + 12) {
    return std::nullopt;
  }
  const size_t whole = p[0] == 2 && length == base ? base + 12 : length;
  if (bytes.size() <= whole) return std::nullopt;
  return OldHeader{address, p[0] == 1 ? 0 : base, whole};
}

uint32_t le32(const uint8_t* p) {
  return uint32_t{p[3]} << 24 | uint32_t{p[2]} << 16 | uint32_t{p[1]} << 8 | uint32_t{p[0]};
}

// Version 2 writes the time in the byte order of the sender. The order whose result is nearer to
// the time of the packet is taken.
void read_old_time(const uint8_t* p, int64_t now_ns, Stated* stated) {
  const int64_t now = now_ns / kSecondNs;
  const bool little = std::llabs(now - int64_t{le32(p)}) < std::llabs(now - int64_t{be32(p)});
  stated->seconds = little ? le32(p) : be32(p);
  stated->microseconds = little ? le32(p + 4) : be32(p + 4);
}

IpAddress read_address(const uint8_t* p, size_t size) {
  return size == 4 ? ipv4_address(p) : ipv6_address(p);
}

void read_old(const View& view, const OldHeader& header, int64_t now_ns, Stated* stated) {
  const uint8_t* p = view.data;
  stated->protocol = p[3];
  stated->src = {read_address(p + 8, header.addresses), be16(p + 4)};
  stated->dst = {read_address(p + 8 + header.addresses, header.addresses), be16(p + 6)};
  if (header.time_at != 0) read_old_time(p + header.time_at, now_ns, stated);
  stated->payload = view.sub(header.length);
}

enum ChunkType : uint16_t {
  kProtocol = 2,
  kIpv4Src = 3,
  kIpv4Dst = 4,
  kIpv6Src = 5,
  kIpv6Dst = 6,
  kSrcPort = 7,
  kDstPort = 8,
  kSeconds = 9,
  kMicroseconds = 10,
  kPayload = 15,
  kPackedPayload = 16,
  kTrafficClass = 24,
};

// Reads a chunk of a type that has a fixed size. False when `value` has another size.
bool read_fixed(uint16_t type, const View& value, Stated* stated) {
  const uint8_t* p = value.data;
  const size_t size = value.size;
  switch (type) {
    case kProtocol:
      if (size == 1) stated->protocol = p[0];
      return size == 1;
    case kTrafficClass:
      if (size == 1) stated->dscp = static_cast<uint8_t>(p[0] >> 2);
      return size == 1;
    case kIpv4Src:
    case kIpv4Dst:
      if (size == 4) (type == kIpv4Src ? stated->src : stated->dst).ip = ipv4_address(p);
      return size == 4;
    case kIpv6Src:
    case kIpv6Dst:
      if (size == 16) (type == kIpv6Src ? stated->src : stated->dst).ip = ipv6_address(p);
      return size == 16;
    case kSrcPort:
    case kDstPort:
      if (size == 2) (type == kSrcPort ? stated->src : stated->dst).port = be16(p);
      return size == 2;
    case kSeconds:
      if (size == 4) stated->seconds = be32(p);
      return size == 4;
    case kMicroseconds:
      if (size == 4) stated->microseconds = be32(p);
      return size == 4;
    default:
      return true;
  }
}

void read_chunks(Layers& layers, View view, Stated* stated) {
  while (view.size >= kChunkHeader) {
    const uint16_t vendor = be16(view.data);
    const uint16_t type = be16(view.data + 2);
    const size_t length = be16(view.data + 4);
    if (length < kChunkHeader) {
      layers.note(Oddity::hep_length_lies);
      return;
    }
    const View value =
        layers.claim(view, kChunkHeader, length - kChunkHeader, Oddity::hep_length_lies);
    if (vendor == 0 && (type == kPayload || type == kPackedPayload)) {
      stated->payload = value;
      stated->packed = type == kPackedPayload;
    } else if (vendor == 0 && !read_fixed(type, value, stated)) {
      layers.note(Oddity::hep_length_lies);
    }
    view = view.sub(std::min(view.size, length));
  }
}

// Unpacks the payload. False when nothing of it can be read.
bool unpack(Layers& layers, Stated* stated) {
  std::string& bytes = layers.kept.emplace_back();
  if (!inflate_whole(stated->payload.text(), kMaxUnpacked, &bytes)) {
    layers.note(Oddity::hep_unpack_failed);
  }
  stated->payload = {bytes_of(bytes), bytes.size(), not_stored(bytes.size()),
                     stated->payload.missing};
  return !bytes.empty();
}

Fate emit(Layers& layers, const Stated& stated) {
  const IpHeader ip{stated.src.ip, stated.dst.ip, 0, stated.dscp, 0};
  Datagram& datagram = layers.hand_on(ip, stated.src.port, stated.dst.port, stated.payload);
  datagram.transport = transport_of(stated.protocol);
  const bool message = datagram.transport != Transport::udp;
  datagram.kind = message ? PayloadKind::message : PayloadKind::datagram;
  if (stated.seconds && *stated.seconds != 0) {
    datagram.time_ns = int64_t{*stated.seconds} * kSecondNs + int64_t{stated.microseconds} * 1000;
  }
  return Fate::payload;
}

}  // namespace

bool is_hep3(std::string_view bytes) {
  return bytes.size() >= kHeader3 && bytes.starts_with("HEP3") && hep3_length(bytes) >= kHeader3;
}

size_t hep3_length(std::string_view bytes) {
  return be16(bytes_of(bytes) + 4);
}

bool is_hep(std::string_view bytes) {
  if (is_hep3(bytes)) return true;
  const auto header = old_header(bytes);
  return header && looks_like_sip(bytes.substr(header->length));
}

Fate decode_hep(Layers& layers, const View& view) {
  layers.note_part(PartKind::hep, view);
  Stated stated;
  if (is_hep3(view.text())) {
    const size_t length = hep3_length(view.text());
    read_chunks(layers, layers.claim(view, kHeader3, length - kHeader3, Oddity::hep_length_lies),
                &stated);
  } else if (const auto header = old_header(view.text())) {
    read_old(view, *header, layers.packet->time_ns, &stated);
  }
  if (stated.payload.size == 0) return Fate::hep_empty;
  if (stated.packed && !unpack(layers, &stated)) return Fate::hep_empty;
  return emit(layers, stated);
}

}  // namespace sipladder
