#include "decode/media.h"

#include "decode/bytes.h"
#include "decode/relay_control.h"
#include "decode/sip_message.h"

namespace sipladder {
namespace {

constexpr uint32_t kStunCookie = 0x2112A442;

bool is_rtcp(std::string_view bytes) {
  size_t at = 0;
  while (at + 4 <= bytes.size()) {
    const uint8_t* p = bytes_of(bytes) + at;
    if (p[0] >> 6 != 2 || p[1] < 192 || p[1] > 223)
      return at != 0;  // what follows the first packet may be encrypted (SRTCP)
    at += 4 * (size_t{be16(p + 2)} + 1);
  }
  return at == bytes.size() && at >= 8;
}

bool is_stun(std::string_view bytes) {
  if (bytes.size() < 20) return false;
  const uint8_t* p = bytes_of(bytes);
  if ((p[0] & 0xC0) != 0) return false;
  const size_t length = be16(p + 2);
  if (be32(p + 4) == kStunCookie) return length + 20 <= bytes.size();
  // RFC 3489 has no cookie: known methods and an exact length must do.
  return (be16(p) & 0xFEEF) <= 2 && be16(p) != 0 && length % 4 == 0 && length + 20 == bytes.size();
}

bool is_zrtp(std::string_view bytes) {
  constexpr uint32_t kMagic = 0x5A525450;  // "ZRTP"
  return bytes.size() >= 28 && bytes_of(bytes)[0] == 0x10 && be32(bytes_of(bytes) + 4) == kMagic;
}

// Whether the bytes are what a UDPTL packet (T.38 9.1) carries: an indicator, or data with a field.
bool is_fax_packet(std::string_view ifp) {
  if (ifp.empty()) return false;
  const uint8_t first = bytes_of(ifp)[0];
  const bool indicator = ifp.size() == 1 && first <= 0x1E && (first & 1U) == 0;
  const bool data = (first & 0x40U) != 0 && (first & 0x3FU) <= 0x1E && (first & 1U) == 0;
  return indicator || (data && ((first & 0x80U) != 0) == (ifp.size() > 1));
}

// UDPTL is a sequence number, a primary packet, then older packets or FEC. It has no magic number:
// the lengths in it must fit exactly.
bool is_udptl(std::string_view bytes) {
  if (bytes.size() < 5) return false;
  const uint8_t* p = bytes_of(bytes);
  size_t at = 3 + size_t{p[2]};
  if (p[2] == 0 || p[2] >= 0x80 || at + 2 > bytes.size() || !is_fax_packet(bytes.substr(3, p[2])))
    return false;
  if (p[at] == 0x80) return bytes.size() <= 1500;  // FEC: its lengths depend on older packets
  if (p[at] != 0x00) return false;
  const uint8_t count = p[at + 1];
  at += 2;
  for (uint8_t i = 0; i < count; i++) {
    if (at >= bytes.size() || p[at] >= 0x80) return false;
    at += 1 + size_t{p[at]};
  }
  return at == bytes.size();
}

bool is_keepalive(std::string_view bytes) {
  if (bytes.size() > 4) return false;
  return bytes.find_first_not_of(std::string_view("\r\n\0", 3)) == std::string_view::npos ||
         bytes.size() == 1;
}

bool read_report(std::string_view packet, RtcpReport* out) {
  const uint8_t* p = bytes_of(packet);
  const bool sender = p[1] == 200;
  const size_t block = sender ? 28 : 8;
  if (packet.size() < block) return false;
  out->sender_report = sender;
  out->ssrc = be32(p + 4);
  if (sender) {
    out->ntp = uint64_t{be32(p + 8)} << 32 | be32(p + 12);
    out->sent_packets = be32(p + 20);
  }
  if ((p[0] & 0x1FU) == 0 || packet.size() < block + 24) return true;
  const uint8_t* b = p + block;
  // cumulative number of packets lost: 24 bits, signed
  const auto lost =
      static_cast<int32_t>(uint32_t{b[5]} << 24 | uint32_t{b[6]} << 16 | uint32_t{b[7]} << 8) / 256;
  out->block =
      RtcpReportBlock{be32(b), b[4], lost, be32(b + 8), be32(b + 12), be32(b + 16), be32(b + 20)};
  return true;
}

// The first block with VoIP metrics of an XR packet (RFC 3611 section 3).
std::optional<RtcpVoipMetrics> read_voip_metrics(std::string_view packet) {
  constexpr uint8_t kVoipMetrics = 7;
  for (size_t at = 8; at + 4 <= packet.size();) {
    const uint8_t* b = bytes_of(packet) + at;
    const size_t length = 4 * (size_t{be16(b + 2)} + 1);
    if (at + length > packet.size()) break;
    if (b[0] == kVoipMetrics && length >= 36) {
      return RtcpVoipMetrics{be32(b + 4), b[8], b[9], static_cast<uint16_t>(be16(b + 16))};
    }
    at += length;
  }
  return std::nullopt;
}

std::optional<Endpoint> stun_address(const uint8_t* p, size_t length, bool is_xor,
                                     const uint8_t* transaction) {
  if (length < 8 || (p[1] == 2 && length < 20) || (p[1] != 1 && p[1] != 2)) return std::nullopt;
  Endpoint endpoint;
  endpoint.port = be16(p + 2);
  uint8_t bytes[16];
  const size_t count = p[1] == 1 ? 4 : 16;
  for (size_t i = 0; i < count; i++)
    bytes[i] = static_cast<uint8_t>(p[4 + i] ^ (is_xor ? transaction[i] : 0));
  if (is_xor) endpoint.port = static_cast<uint16_t>(endpoint.port ^ (kStunCookie >> 16));
  endpoint.ip = count == 4 ? ipv4_address(bytes) : ipv6_address(bytes);
  return endpoint;
}

}  // namespace

std::string_view to_string(PayloadClass payload_class) {
  static constexpr std::string_view kNames[] = {"sip",   "sip_keepalive", "rtp",  "rtcp",
                                                "stun",  "turn_channel",  "dtls", "zrtp",
                                                "udptl", "relay_control", "other"};
  return kNames[static_cast<size_t>(payload_class)];
}

PayloadClass classify_payload(std::string_view payload) {
  if (payload.empty() || is_keepalive(payload)) return PayloadClass::sip_keepalive;
  const uint8_t* p = bytes_of(payload);
  if (p[0] >> 6 == 2) {  // RTP or RTCP, RFC 5761 4
    if (payload.size() >= 8 && p[1] >= 192 && p[1] <= 223)
      return is_rtcp(payload) ? PayloadClass::rtcp : PayloadClass::other;
    RtpHeader rtp;
    return parse_rtp(payload, &rtp) ? PayloadClass::rtp : PayloadClass::other;
  }
  if (looks_like_sip(payload)) return PayloadClass::sip;
  if (is_stun(payload)) return PayloadClass::stun;
  if (is_zrtp(payload)) return PayloadClass::zrtp;
  if (is_udptl(payload)) return PayloadClass::udptl;
  if (p[0] >= 20 && p[0] <= 63 && payload.size() >= 13 && p[1] == 0xFE) return PayloadClass::dtls;
  if (p[0] >= 0x40 && p[0] <= 0x4F && payload.size() >= 4) {
    const size_t length = be16(p + 2);
    if (length + 4 <= payload.size() && payload.size() <= length + 7)
      return PayloadClass::turn_channel;
  }
  return is_relay_control(payload) ? PayloadClass::relay_control : PayloadClass::other;
}

bool parse_rtp(std::string_view bytes, RtpHeader* out) {
  if (bytes.size() < 12) return false;
  const uint8_t* p = bytes_of(bytes);
  if (p[0] >> 6 != 2) return false;
  size_t header = 12 + 4 * size_t{p[0] & 0x0FU};
  if ((p[0] & 0x10U) != 0) {
    if (bytes.size() < header + 4) return false;
    header += 4 + 4 * size_t{be16(p + header + 2)};
  }
  if (bytes.size() < header) return false;
  size_t padding = 0;
  if ((p[0] & 0x20U) != 0) {
    padding = bytes.size() > header ? p[bytes.size() - 1] : size_t{0};
    if (padding == 0 || header + padding > bytes.size()) padding = 0;
  }
  out->payload_type = p[1] & 0x7FU;
  out->marker = (p[1] & 0x80U) != 0;
  out->sequence = be16(p + 2);
  out->timestamp = be32(p + 4);
  out->ssrc = be32(p + 8);
  out->payload = bytes.substr(header, bytes.size() - header - padding);
  return true;
}

std::string_view to_string(RtcpKind kind) {
  static constexpr std::string_view kNames[] = {"sr",  "rr",    "sdes", "bye",
                                                "app", "rtpfb", "psfb", "xr"};
  return kNames[static_cast<size_t>(kind)];
}

bool parse_rtcp(std::string_view bytes, RtcpReport* out) {
  bool found = false;
  bool reported = false;
  for (size_t at = 0; at + 8 <= bytes.size();) {
    const uint8_t* p = bytes_of(bytes) + at;
    const size_t length = 4 * (size_t{be16(p + 2)} + 1);
    if (p[0] >> 6 != 2 || at + length > bytes.size()) break;
    if (p[1] >= 200 && p[1] <= 207) {
      found = true;
      out->packets[p[1] - 200U]++;
    }
    const std::string_view packet = bytes.substr(at, length);
    if (!reported && (p[1] == 200 || p[1] == 201)) reported = read_report(packet, out);
    if (!out->voip && p[1] == 207) out->voip = read_voip_metrics(packet);
    at += length;
  }
  return found;
}

bool parse_stun(std::string_view bytes, StunMessage* out) {
  if (!is_stun(bytes)) return false;
  const uint8_t* p = bytes_of(bytes);
  out->type = be16(p);
  out->transaction = bytes.substr(8, 12);
  const size_t end = 20 + size_t{be16(p + 2)};
  for (size_t at = 20; at + 4 <= end;) {
    const uint16_t type = be16(p + at);
    const size_t length = be16(p + at + 2);
    if (at + 4 + length > end) break;
    if (type == 0x0020 || (type == 0x0001 && !out->mapped)) {
      out->mapped = stun_address(p + at + 4, length, type == 0x0020, p + 4);
    }
    if (type == 0x0016) out->relayed = stun_address(p + at + 4, length, true, p + 4);
    if (type == 0x0012) out->peer = stun_address(p + at + 4, length, true, p + 4);
    if (type == 0x802C) out->other = stun_address(p + at + 4, length, false, p + 4);
    if (type == 0x0005 && !out->other) out->other = stun_address(p + at + 4, length, false, p + 4);
    if (type == 0x0003 && length == 4) {
      out->change_ip = (p[at + 7] & 4U) != 0;
      out->change_port = (p[at + 7] & 2U) != 0;
    }
    if (type == 0x000C && length == 4) out->channel = be16(p + at + 4);
    if (type == 0x0013) out->data = bytes.substr(at + 4, length);
    if (type == 0x0006) out->username = bytes.substr(at + 4, length);
    if (type == 0x0009 && length >= 4)
      out->error = static_cast<uint16_t>((p[at + 6] & 7U) * 100U + p[at + 7]);
    at += 4 + ((length + 3) & ~size_t{3});
  }
  return true;
}

}  // namespace sipladder
