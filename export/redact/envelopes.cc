#include "export/redact/envelopes.h"

#include <algorithm>
#include <vector>

#include "decode/bytes.h"
#include "decode/hep.h"
#include "decode/sip_message.h"

namespace sipladder {

void Envelopes::arp(Bytes packet) {
  uint8_t* const p = packet.data();
  if (packet.size() < 28 || be16(p + 2) != 0x0800 || p[4] != 6 || p[5] != 4)
    return payloads_.zero(piece_of(packet, 8));
  for (const size_t at : {8U, 18U}) replacer_.mac(p + at);
  for (const size_t at : {14U, 24U}) replacer_.address(p + at, 4);
  payloads_.zero(piece_of(packet, 28));
}

// Neighbour discovery (RFC 4861 4): fixed fields with a target address in some types, then options
// with link-layer addresses.
void Envelopes::neighbour(Bytes message) {
  const uint8_t type = message[0];
  size_t at = type == 133 ? 8 : type == 134 ? 16 : type == 137 ? 40 : 24;
  if (type >= 135 && message.size() >= 24) replacer_.address(message.data() + 8, 16);
  if (type == 137 && message.size() >= 40) replacer_.address(message.data() + 24, 16);
  while (at + 8 <= message.size() && message[at + 1] > 0) {
    const Bytes option = piece_of(message, at, 8 * size_t{message[at + 1]});
    if (option[0] <= 2 && option.size() == 8) {
      replacer_.mac(option.data() + 2);
    } else {
      payloads_.zero(piece_of(option, 2));
    }
    at += option.size();
  }
  payloads_.zero(piece_of(message, at));
}

void Envelopes::icmp(Bytes message, bool v6) {
  if (message.size() < 8) return payloads_.zero(message);
  const uint8_t type = message[0];
  if (v6 && type >= 133 && type <= 137) return neighbour(message);
  if (!v6 && type == 5) replacer_.address(message.data() + 4, 4);
  const bool error =
      v6 ? type >= 1 && type <= 4 : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
  if (!error) return payloads_.zero(piece_of(message, 8));
  quote(piece_of(message, 8));
}

// Redacts the quoted beginning of a packet, and adapts its checksums.
void Envelopes::quote(Bytes quoted) {
  const bool v4 = quoted.size() >= 20 && quoted[0] >> 4 == 4;
  const bool v6 = quoted.size() >= 40 && quoted[0] >> 4 == 6;
  if (!v4 && !v6) return payloads_.zero(quoted);
  Quote about;
  about.protocol = v4 ? quoted[9] : quoted[6];
  const size_t header = v4 ? size_t{quoted[0] & 0x0FU} * 4 : 40;
  const size_t total = v4 ? be16(quoted.data() + 2) : 40 + size_t{be16(quoted.data() + 4)};
  about.whole = quoted.size() >= total;
  about.later = v4 && (be16(quoted.data() + 6) & 0x1FFF) != 0;
  const size_t address = v4 ? 4 : 16, place = v4 ? 12 : 8;
  const auto ip_at = [&](size_t at) {
    return v4 ? ipv4_address(quoted.data() + at) : ipv6_address(quoted.data() + at);
  };
  about.src = ip_at(place);
  about.dst = ip_at(place + address);
  const std::vector<uint8_t> before(quoted.begin(), quoted.end());
  for (const size_t at : {place, place + address}) replacer_.address(quoted.data() + at, address);
  about.change.add({before.data() + place, 2 * address}, {quoted.data() + place, 2 * address});
  const Bytes ip = piece_of(quoted, 0, header);
  if (v4 && header > 20) payloads_.zero(piece_of(ip, 20));
  ChecksumChange of_header;
  of_header.add({before.data(), ip.size()}, ip);
  if (v4 && !replacer_.is_learning()) of_header.apply(quoted.data() + 10, false);
  payloads_.zero(piece_of(quoted, total));
  quoted_transport(piece_of(quoted, header, total > header ? total - header : 0), about);
}

// When only a part of the packet is quoted, its checksum becomes 0: it sums up the rest too, and
// would let somebody prove a guess about it.
void Envelopes::quoted_transport(Bytes transport, Quote& about) {
  constexpr uint8_t kTcp = 6, kUdp = 17;
  const bool udp = about.protocol == kUdp, tcp = about.protocol == kTcp;
  if (about.later || (!udp && !tcp) || transport.size() < 4)
    return payloads_.zero(piece_of(transport, udp || tcp ? 4 : 0));
  const size_t head =
      tcp && transport.size() > 12 ? std::max<size_t>(20, size_t{transport[12]} / 16 * 4) : 8;
  const Endpoint src{about.src, be16(transport.data())};
  const Endpoint dst{about.dst, be16(transport.data() + 2)};
  const Bytes payload = piece_of(transport, head);
  const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  const std::vector<uint8_t> old(transport.begin(), transport.end());
  if (looks_like_sip(text)) {
    payloads_.sip_message(payload);
  } else if (udp && !payload.empty()) {
    payloads_.datagram(payload, src, dst);
  } else {
    payloads_.segment(payload);
  }
  const size_t field = udp ? 6 : 16;
  if (replacer_.is_learning() || transport.size() < field + 2) return;
  about.change.add(old, transport);
  if (about.whole) {
    about.change.apply(transport.data() + field, udp);
  } else {
    transport[field] = transport[field + 1] = 0;
  }
}

// HEP versions 1 and 2: a header with addresses, then the message.
void Envelopes::hep2(Bytes packet) {
  const std::string_view text(reinterpret_cast<const char*>(packet.data()), packet.size());
  const size_t address = packet.size() > 2 && packet[2] == 2 ? 4 : 16;
  const size_t header = std::min<size_t>(packet.size(), packet.size() > 1 ? packet[1] : 0);
  if (packet.size() < 8 + 2 * address || header < 8 + 2 * address) return payloads_.zero(packet);
  replacer_.address(packet.data() + 8, address);
  replacer_.address(packet.data() + 8 + address, address);
  size_t begin = header;
  // Version 2 has a time behind the addresses. Only some senders count it in the header's length.
  while (begin < packet.size() && begin < header + 12 && !looks_like_sip(text.substr(begin)))
    begin++;
  payloads_.sip_message(piece_of(packet, begin));
}

// HEP version 3 (github.com/sipcapture/HEP): addresses and the captured payload are redacted, the
// correlation id is replaced. Chunks that could hold secrets or are not known are zeroed.
void Envelopes::hep(Bytes packet) {
  constexpr size_t kHeader = 6;
  const std::string_view text(reinterpret_cast<const char*>(packet.data()), packet.size());
  if (!is_hep3(text)) return hep2(packet);
  for (size_t at = kHeader; at + kHeader <= packet.size();) {
    const uint16_t vendor = be16(packet.data() + at), type = be16(packet.data() + at + 2);
    const size_t length = be16(packet.data() + at + 4);
    if (length < kHeader) return payloads_.zero(piece_of(packet, at));
    const Bytes value = piece_of(packet, at + kHeader, length - kHeader);
    const bool v4 = type == 3 || type == 4, v6 = type == 5 || type == 6;
    if (vendor == 0 && ((v4 && value.size() == 4) || (v6 && value.size() == 16))) {
      replacer_.address(value.data(), value.size());
    } else if (vendor == 0 && type == 15) {
      payloads_.datagram(value, {}, {});
    } else if (vendor == 0 && (type == 17 || type == 19)) {  // correlation, group
      replacer_.text({reinterpret_cast<char*>(value.data()), value.size()}, Keep::nothing);
    } else if (vendor == 0 && (type == 20 || type == 21) && value.size() == 6) {
      replacer_.mac(value.data());
    } else if (vendor != 0 || type > 24 || type == 14 || type == 16) {
      payloads_.zero(value);
    }
    at += length;
  }
}

// Tags (Wireshark's epan/exported_pdu.h), then the packet. Only tags with addresses are replaced:
// the others name protocols and ports.
void Envelopes::exported(Bytes packet) {
  size_t at = 0;
  while (at + 4 <= packet.size()) {
    const uint16_t tag = be16(packet.data() + at);
    const size_t length = be16(packet.data() + at + 2);
    const Bytes value = piece_of(packet, at + 4, length);
    at += 4 + length;
    if (tag == 0) break;
    const bool v4 = tag == 20 || tag == 21, v6 = tag == 22 || tag == 23;
    if ((v4 && value.size() == 4) || (v6 && value.size() == 16))
      replacer_.address(value.data(), value.size());
  }
  payloads_.datagram(piece_of(packet, at), {}, {});
}

// Redacts whole messages in DATA and I-DATA chunks (RFC 9260 3.3.1, RFC 8260 2.1). Other payload is
// zeroed here. The new bytes of messages in several chunks are put over the zeros by
// PacketRedactor::rewrite().
void Envelopes::sctp(Bytes packet) {
  constexpr size_t kHeader = 12;
  constexpr uint8_t kInterleaved = 64;
  for (size_t at = kHeader; at + 4 <= packet.size();) {
    const size_t length = be16(packet.data() + at + 2);
    if (length < 4) return payloads_.zero(piece_of(packet, at));
    const Bytes chunk = piece_of(packet, at, length);
    const bool interleaved = chunk[0] == kInterleaved;
    const Bytes data = piece_of(chunk, interleaved ? 20 : 16);
    const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
    const bool holds_data = chunk[0] == 0 || interleaved;
    const bool whole = holds_data && (chunk[1] & 3U) == 3;
    if (whole && looks_like_sip(text)) {
      payloads_.sip_message(data);
    } else if (holds_data) {
      payloads_.zero(data);
    } else if (chunk[0] == 1 || chunk[0] == 2) {
      payloads_.zero(piece_of(chunk, 20));  // INIT, INIT ACK: parameters hold addresses
    } else if (chunk[0] != 3) {
      payloads_.zero(piece_of(chunk, 4));
    }
    at += (length + 3) / 4 * 4;
  }
}

}  // namespace sipladder
