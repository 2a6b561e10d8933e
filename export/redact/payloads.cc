#include "export/redact/payloads.h"

#include <algorithm>

#include "capture/crc32.h"
#include "decode/bytes.h"

namespace sipladder {
namespace {

std::span<char> chars(Bytes bytes) {
  return {reinterpret_cast<char*>(bytes.data()), bytes.size()};
}
std::string_view view(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void put32(uint8_t* at, uint32_t value) {
  for (int i = 3; i >= 0; i--, value >>= 8) at[i] = static_cast<uint8_t>(value);
}

constexpr uint16_t kAlpn = 16;
constexpr uint16_t kSupportedVersions = 43;

bool is_tls_record(Bytes bytes) {
  return bytes.size() >= 5 && bytes[0] >= 20 && bytes[0] <= 23 && bytes[1] == 3 && bytes[2] <= 4;
}

}  // namespace

void Payloads::text(Bytes bytes) {
  replacer_.text(chars(bytes), Keep::nothing);
}

void Payloads::zero(Bytes bytes) const {
  if (replacer_.is_learning()) return;
  if (!bytes.empty()) zeroed_++;
  std::fill(bytes.begin(), bytes.end(), uint8_t{0});
}

void Payloads::sip_message(Bytes message) {
  if (replacer_.is_learning()) media_.learn(view(message));
  sip_.message(chars(message));
}

size_t Payloads::datagram(Bytes payload, const Endpoint& src, const Endpoint& dst) {
  const PayloadClass known = classify_payload(view(payload));
  switch (known) {
    case PayloadClass::sip:
      sip_message(payload);
      break;
    case PayloadClass::sip_keepalive:
      break;
    case PayloadClass::rtp:
      return media_.packet(payload, src, dst);
    case PayloadClass::rtcp:
      rtcp(payload);
      break;
    case PayloadClass::stun:
      stun(payload);
      break;
    case PayloadClass::turn_channel:
      return 4 + datagram(payload.subspan(4), src, dst);
    case PayloadClass::dtls:
      dtls(payload);
      break;
    case PayloadClass::zrtp:
      zrtp(payload);
      break;
    case PayloadClass::relay_control:
      if (!relay_.message(chars(payload))) zero(payload);
      break;
    case PayloadClass::udptl:
    case PayloadClass::other:
      other(payload, known);
      break;
  }
  return payload.size();
}

// Zeroes a payload, but keeps as many first bytes as it takes to be classified as before.
void Payloads::other(Bytes payload, PayloadClass known) {
  if (replacer_.is_learning()) return;
  const std::string before(view(payload));
  for (const size_t kept : {size_t{0}, size_t{1}, size_t{4}}) {
    for (const uint8_t filler : {uint8_t{0}, uint8_t{0xFF}}) {
      for (size_t i = 0; i < payload.size(); i++)
        payload[i] = i < kept ? static_cast<uint8_t>(before[i]) : filler;
      if (classify_payload(view(payload)) != known) continue;
      zeroed_++;
      return;
    }
  }
  // A fax packet (UDPTL) is classified by lengths throughout the packet: only the data of its
  // primary part are zeroed. When that is not enough, everything is.
  std::copy(before.begin(), before.end(), payload.begin());
  const size_t primary = payload.size() > 3 ? payload[2] : 0U;
  for (size_t i = 4; i < std::min(payload.size(), 3 + primary); i++) payload[i] = 0;
  if (classify_payload(view(payload)) != known)
    std::fill(payload.begin(), payload.end(), uint8_t{0});
  zeroed_++;
}

// A STUN address, plain or `hidden`: XORed with the cookie and the transaction id (RFC 8489 14.2).
void Payloads::stun_address(Bytes value, Bytes message, bool hidden) {
  const size_t size = value.size() >= 20 && value[1] == 2 ? 16 : 4;
  if (value.size() < 4 + size || (value[1] != 1 && value[1] != 2)) return zero(value);
  uint8_t* const address = value.data() + 4;
  const auto mask = [&] {
    for (size_t i = 0; hidden && i < size; i++) address[i] ^= message[4 + i];
  };
  mask();
  replacer_.address(address, size);
  mask();
}

void Payloads::stun_attribute(uint16_t type, Bytes value, Bytes message) {
  switch (type) {
    case 0x0001:  // MAPPED-ADDRESS, RESPONSE-, SOURCE-, CHANGED-, REFLECTED-FROM, ALTERNATE-SERVER,
    case 0x0002:  // RESPONSE-ORIGIN, OTHER-ADDRESS
    case 0x0004:
    case 0x0005:
    case 0x000B:
    case 0x8023:
    case 0x802B:
    case 0x802C:
      return stun_address(value, message, false);
    case 0x0012:  // XOR-PEER-ADDRESS, XOR-RELAYED-ADDRESS, XOR-MAPPED-ADDRESS, before its RFC
    case 0x0016:
    case 0x0020:
    case 0x8020:
      return stun_address(value, message, true);
    case 0x0006:  // USERNAME, REALM, NONCE, SOFTWARE, ALTERNATE-DOMAIN
    case 0x0014:
    case 0x0015:
    case 0x8022:
    case 0x8003:
      return text(value);
    case 0x0009:  // ERROR-CODE: a number, then words
      return value.size() > 4 ? replacer_.text(chars(value.subspan(4)), Keep::grammar) : void();
    case 0x0013:  // DATA
      datagram(value, {}, {});
      return;
    case 0x0003:  // CHANGE-REQUEST, CHANNEL-NUMBER, LIFETIME, REQUESTED-TRANSPORT, PRIORITY,
    case 0x000C:  // USE-CANDIDATE, ICE-CONTROLLED, ICE-CONTROLLING, UNKNOWN-ATTRIBUTES, FINGERPRINT
    case 0x000D:
    case 0x0019:
    case 0x0024:
    case 0x0025:
    case 0x8029:
    case 0x802A:
    case 0x000A:
    case 0x8028:
      return;
    default:
      return zero(value);
  }
}

void Payloads::stun(Bytes message) {
  constexpr size_t kHeader = 20;
  constexpr uint16_t kFingerprint = 0x8028;
  constexpr uint32_t kFingerprintMask = 0x5354554E;
  const auto check = [&](size_t size) {
    return crc32_of(view(message.first(size))) ^ kFingerprintMask;
  };
  const size_t end = std::min(message.size(), kHeader + be16(message.data() + 2));
  std::vector<size_t> fingerprints;  // offsets of those that are right, to be computed again
  for (size_t at = kHeader; at + 4 <= end;) {
    const uint16_t type = be16(message.data() + at);
    const size_t length = std::min<size_t>(be16(message.data() + at + 2), end - at - 4);
    if (type == kFingerprint && length == 4 && be32(message.data() + at + 4) == check(at))
      fingerprints.push_back(at);
    at += 4 + (length + 3) / 4 * 4;
  }
  for (size_t at = kHeader; at + 4 <= end;) {
    const uint16_t type = be16(message.data() + at);
    const size_t length = std::min<size_t>(be16(message.data() + at + 2), end - at - 4);
    stun_attribute(type, message.subspan(at + 4, length), message);
    at += 4 + (length + 3) / 4 * 4;
  }
  zero(message.subspan(end));
  if (replacer_.is_learning()) return;
  for (const size_t at : fingerprints) put32(message.data() + at + 4, check(at));
}

// Items of SDES are text (RFC 3550 6.5).
void Payloads::sdes(Bytes packet) {
  for (size_t at = 8; at + 2 <= packet.size();) {
    if (packet[at] == 0) {
      at = (at + 4) / 4 * 4 + 4;  // the next source begins at a word
      continue;
    }
    const size_t length = std::min<size_t>(packet[at + 1], packet.size() - at - 2);
    text(packet.subspan(at + 2, length));
    at += 2 + length;
  }
}

// The reason of BYE is text too (RFC 3550 6.6). The data of APP packets and of packets that are not
// known are zeroed.
void Payloads::rtcp(Bytes packet) {
  size_t at = 0;
  while (at + 4 <= packet.size() && packet[at] >> 6 == 2) {
    const size_t length =
        std::min<size_t>(4 * (size_t{be16(packet.data() + at + 2)} + 1), packet.size() - at);
    const Bytes one = packet.subspan(at, length);
    const uint8_t type = one[1];
    if (type == 202) sdes(one);
    const size_t sources = 4 + 4 * size_t{one[0] & 0x1FU};
    if (type == 203 && sources < length) text(one.subspan(sources));
    if (type == 204 && length > 12) zero(one.subspan(12));
    if (type < 200 || type > 207) zero(one.subspan(std::min<size_t>(8, length)));
    at += length;
  }
  zero(packet.subspan(at));
}

// Headers of DTLS records and handshake messages stay. Also the first bytes of a hello, whose
// random tells one handshake from the next. The rest is zeroed: certificates name people.
void Payloads::dtls(Bytes packet) const {
  constexpr size_t kRecord = 13, kMessage = 12, kHello = 34;
  if (replacer_.is_learning()) return;
  for (size_t at = 0; at < packet.size();) {
    if (at + kRecord > packet.size() || packet[at] >> 5 == 1)
      return zero(packet.subspan(std::min(at + 1, packet.size())));
    const size_t length =
        std::min<size_t>(be16(packet.data() + at + 11), packet.size() - at - kRecord);
    const Bytes body = packet.subspan(at + kRecord, length);
    const bool clear = be16(packet.data() + at + 3) == 0;
    const bool hello = clear && packet[at] == 22 && length > kMessage && body[0] <= 2;
    const size_t kept = clear && packet[at] == 22   ? kMessage + (hello ? kHello : 0)
                        : clear && packet[at] == 21 ? 2U
                                                    : 0U;
    zero(body.subspan(std::min(kept, length)));
    at += kRecord + length;
  }
}

void Payloads::zrtp(Bytes packet) const {
  constexpr size_t kKept = 24;  // headers and the message's type (RFC 6189 5)
  zero(packet.subspan(std::min(kKept, packet.size())));
}

// Of the extensions, the server's name (RFC 6066 3) is text to be replaced. The offered protocols
// (RFC 7301) are no secret and stay.
void Payloads::client_hello(Bytes record) {
  constexpr size_t kFixed = 5 + 4 + 2 + 32;
  if (record.size() <= kFixed) return;
  zero(record.subspan(kFixed - 32, 32));
  size_t at = kFixed;
  const auto skip = [&](size_t width) {
    if (at + width > record.size()) return size_t{0};
    const size_t length = width == 1 ? record[at] : be16(record.data() + at);
    at += width;
    const size_t there = std::min(length, record.size() - at);
    at += there;
    return there;
  };
  const size_t session = skip(1);
  zero(record.subspan(at - session, session));
  skip(2);
  skip(1);
  at += 2;
  while (at + 4 <= record.size()) {
    const uint16_t type = be16(record.data() + at);
    at += 2;
    const size_t length = skip(2);
    const Bytes value = record.subspan(at - length, length);
    if (type == 0 && length > 5) {
      text(value.subspan(5));
    } else if (type != kAlpn && type != kSupportedVersions) {
      zero(value);
    }
  }
}

// ServerHello (RFC 5246 7.4.1.3): version, cipher suite and the extensions that tell them stay.
void Payloads::server_hello(Bytes body) const {
  constexpr size_t kFixed = 2 + 32;
  if (body.size() <= kFixed) return zero(body);
  zero(body.subspan(2, 32));
  const size_t session = std::min<size_t>(body[kFixed], body.size() - kFixed - 1);
  zero(body.subspan(kFixed + 1, session));
  for (size_t at = kFixed + 1 + session + 5; at + 4 <= body.size();) {
    const uint16_t type = be16(body.data() + at);
    const size_t length = std::min<size_t>(be16(body.data() + at + 2), body.size() - at - 4);
    if (type != kAlpn && type != kSupportedVersions) zero(body.subspan(at + 4, length));
    at += 4 + length;
  }
}

// The structure of a certificate (X.690), its object ids and dates stay. Texts are replaced, and
// the rest is zeroed.
void Payloads::der(Bytes bytes, int depth) {
  constexpr int kMostDepth = 16;
  constexpr uint8_t kConstructed = 0x20;
  for (size_t at = 0; at + 2 <= bytes.size();) {
    const uint8_t tag = bytes[at];
    size_t length = bytes[at + 1], head = 2;
    if (length == 0x81 && at + 3 <= bytes.size()) length = bytes[at + 2], head = 3;
    if (length == 0x82 && at + 4 <= bytes.size()) length = be16(bytes.data() + at + 2), head = 4;
    if (at + head + length > bytes.size()) return zero(bytes.subspan(at));
    const Bytes value = bytes.subspan(at + head, length);
    at += head + length;
    const bool is_text = tag == 0x0C || tag == 0x13 || tag == 0x16 || tag == 0x82 || tag == 0x86;
    const bool is_octets = tag == 0x04 && length > 2 && value[0] == 0x30;  // an extension
    if ((tag & kConstructed) != 0 || is_octets) {
      depth < kMostDepth ? der(value, depth + 1) : zero(value);
    } else if (is_text) {
      text(value);
    } else if (tag != 0x06 && tag != 0x17 && tag != 0x18 && tag != 0x01) {  // OIDs, times, booleans
      if (tag != 0x02 || length > 1) zero(value);
    }
  }
}

// The handshake messages of one record. Their headers stay.
void Payloads::handshake(Bytes record) {
  constexpr size_t kHead = 4;
  constexpr uint8_t kServerHello = 2, kCertificate = 11;
  while (record.size() >= kHead) {
    const size_t length = size_t{record[1]} << 16 | be16(record.data() + 2);
    if (record[0] > 24 || kHead + length > record.size()) break;
    const Bytes body = record.subspan(kHead, length);
    if (record[0] == kServerHello) {
      server_hello(body);
    } else if (record[0] == kCertificate && length > 6) {
      for (size_t at = 3; at + 3 < body.size();) {  // up to TLS 1.2: a list of them
        const size_t size = std::min<size_t>(size_t{body[at]} << 16 | be16(body.data() + at + 1),
                                             body.size() - at - 3);
        der(body.subspan(at + 3, size), 0);
        at += 3 + size;
      }
    } else {
      zero(body);
    }
    record = record.subspan(kHead + length);
  }
  zero(record);
}

void Payloads::segment(Bytes payload) {
  const bool line_ends =
      std::all_of(payload.begin(), payload.end(), [](uint8_t c) { return c == '\r' || c == '\n'; });
  if (line_ends || payload.empty()) return;
  if (!is_tls_record(payload)) return zero(payload);
  const bool hello = payload[0] == 22 && payload.size() > 5 && payload[5] == 1;
  if (hello) return client_hello(payload);
  for (size_t at = 0; at + 5 <= payload.size() && is_tls_record(payload.subspan(at));) {
    const size_t length = std::min<size_t>(be16(payload.data() + at + 3), payload.size() - at - 5);
    const Bytes body = payload.subspan(at + 5, length);
    // ChangeCipherSpec and alerts in the clear tell nothing about anybody.
    const bool told = payload[at] == 20 || (payload[at] == 21 && length == 2);
    if (payload[at] == 22) {
      handshake(body);
    } else if (!told) {
      zero(body);
    }
    at += 5 + length;
    if (at + 5 > payload.size() || !is_tls_record(payload.subspan(at)))
      return zero(payload.subspan(at));
  }
}

}  // namespace sipladder
