#include "export/redact/packet_redactor.h"

#include <algorithm>

#include "decode/bytes.h"
#include "decode/hep.h"
#include "decode/sip_message.h"
#include "export/redact/checksums.h"
#include "export/tcp_connections.h"

namespace sipladder {
namespace {

constexpr size_t kMostFragmented = 1024;
constexpr size_t kMostBetween = 256;  // bytes of tunnels between two headers that are known
constexpr int64_t kFragmentAgeNs = 30'000'000'000;

Bytes piece_of(Bytes bytes, size_t from) {
  return bytes.subspan(std::min(from, bytes.size()));
}
Bytes piece_of(Bytes bytes, size_t from, size_t size) {
  const Bytes rest = piece_of(bytes, from);
  return rest.first(std::min(size, rest.size()));
}

bool is_ip(const PacketPart& part) {
  return part.kind == PartKind::ipv4 || part.kind == PartKind::ipv6;
}

}  // namespace

PacketRedactor::PacketRedactor(Replacer& replacer, MediaMode mode)
    : replacer_(replacer), payloads_(replacer, mode), streams_(payloads_, store_) {
  decoder_->note_parts(&parts_);
}

void PacketRedactor::decode(const Packet& packet) {
  decoder_->decode(packet, &datagrams_);
  before_.assign(packet.data, packet.data + packet.ref.length);
  now_ = before_;
  kept_ = now_.size();
}

// All that one packet holds, and the messages that several hold together.
void PacketRedactor::learn(const Packet& packet) {
  decode(packet);
  headers();
  for (const Datagram& datagram : datagrams_) {
    std::string bytes(datagram.payload);
    const Bytes copy(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
    if (datagram.kind == PayloadKind::message) payloads_.sip_message(copy);
    if (datagram.kind == PayloadKind::datagram)
      payloads_.datagram(copy, datagram.src, datagram.dst);
  }
}

void PacketRedactor::end_learning() {
  decoder_->finish(&datagrams_);
  for (const Datagram& datagram : datagrams_) {
    std::string bytes(datagram.payload);
    payloads_.sip_message({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  }
  replacer_.begin_replacing();
  decoder_ = std::make_unique<Decoder>();
  decoder_->note_parts(&parts_);
}

const PacketPart* PacketRedactor::ip_before(size_t place) const {
  for (size_t i = place; i-- > 0;) {
    if (is_ip(parts_[i])) return &parts_[i];
  }
  return nullptr;
}

// As they were before.
std::pair<Endpoint, Endpoint> PacketRedactor::ends(size_t place) const {
  Packet packet;
  packet.data = before_.data();
  return ends_of(packet, parts_, place).value_or(std::pair<Endpoint, Endpoint>());
}

void PacketRedactor::prepare(const Packet& packet) {
  constexpr uint8_t kSyn = 0x02;
  decode(packet);
  for (size_t i = 0; i < parts_.size(); i++) {
    const PacketPart& part = parts_[i];
    const uint8_t* const p = before_.data() + part.offset;
    if (part.kind == PartKind::ipv4 && part.size >= 20 && (be16(p + 6) & 0x3FFF) != 0)
      return add_fragment(packet, part, nullptr);
    if (part.kind == PartKind::ipv6_fragment && part.size >= 8 && (be16(p + 2) & 0xFFF9) != 0) {
      const PacketPart* const ip = ip_before(i);
      if (ip != nullptr) add_fragment(packet, *ip, &part);
      return;
    }
    if (part.kind != PartKind::tcp || part.size < 20) continue;
    const size_t header = header_size(part);
    if (header > part.size) return;
    const auto [src, dst] = ends(i);
    const auto size = static_cast<uint32_t>(part.size - header);
    const auto at = static_cast<uint32_t>(part.offset + header);
    streams_.segment(src, dst, be32(p + 4), (p[13] & kSyn) != 0, {key_of_frame(packet), at, size},
                     {reinterpret_cast<const char*>(before_.data()) + at, size});
    return;
  }
}

void PacketRedactor::end_preparing() {
  streams_.finish();
  piles_.clear();
  store_.sort();
  decoder_ = std::make_unique<Decoder>();
  decoder_->note_parts(&parts_);
}

void PacketRedactor::add_fragment(const Packet& packet, const PacketPart& ip,
                                  const PacketPart* v6) {
  const uint8_t* const p = before_.data() + ip.offset;
  const PacketPart& last = v6 != nullptr ? *v6 : ip;
  const uint8_t* const f = before_.data() + last.offset;
  const size_t header = header_size(last);
  if (header > last.size) return;
  const size_t offset = v6 != nullptr ? be16(f + 2) & 0xFFF8U : (be16(p + 6) & 0x1FFFU) * 8;
  const bool more = v6 != nullptr ? (be16(f + 2) & 1U) != 0 : (be16(p + 6) & 0x2000U) != 0;
  FragmentKey key;
  key.src = v6 != nullptr ? ipv6_address(p + 8) : ipv4_address(p + 12);
  key.dst = v6 != nullptr ? ipv6_address(p + 24) : ipv4_address(p + 16);
  key.id = v6 != nullptr ? be32(f + 4) : be16(p + 4);
  key.protocol = v6 != nullptr ? f[0] : p[9];
  key.point = packet.point;
  const size_t size = last.size - header;
  constexpr size_t kMaxDatagram = 65'535;
  if (offset + size > kMaxDatagram) return;
  auto found = piles_.find(key);
  const bool old =
      found != piles_.end() && packet.time_ns - found->second.first_ns > kFragmentAgeNs;
  if (old) {
    piles_.erase(found);
    found = piles_.end();
  }
  if (found == piles_.end()) {
    while (piles_.size() >= kMostFragmented || pile_order_.size() >= 4 * kMostFragmented) {
      piles_.erase(pile_order_.front());
      pile_order_.pop_front();
    }
    found = piles_.emplace(key, Fragments{}).first;
    found->second.first_ns = packet.time_ns;
    pile_order_.push_back(key);
  }
  Fragments& pile = found->second;
  if (pile.bytes.size() < offset + size) pile.bytes.resize(offset + size);
  pile.have.resize((pile.bytes.size() + 7) / 8);
  const auto at = static_cast<uint32_t>(last.offset + header);
  pile.places.push_back({offset, {key_of_frame(packet), at, static_cast<uint32_t>(size)}});
  for (size_t i = 0; i < size; i += 8) {
    if (pile.have[(offset + i) / 8]) continue;
    pile.have[(offset + i) / 8] = true;
    pile.covered++;
    const size_t count = std::min<size_t>(8, size - i);
    std::copy_n(before_.begin() + static_cast<std::ptrdiff_t>(at + i), count,
                pile.bytes.begin() + static_cast<std::ptrdiff_t>(offset + i));
  }
  if (!more) pile.total = (offset + size + 7) / 8;
  if (pile.total == 0 || pile.covered < pile.total) return;
  finish_fragments(key, pile);
  piles_.erase(key);
}

// UDP is replaced whole; of anything else in fragments the fragments are zeroed.
void PacketRedactor::finish_fragments(const FragmentKey& key, Fragments& pile) {
  constexpr uint8_t kUdp = 17;
  constexpr size_t kHeader = 8;
  if (key.protocol != kUdp || pile.bytes.size() < kHeader) return;
  const std::string before = pile.bytes;
  uint8_t* const bytes = reinterpret_cast<uint8_t*>(pile.bytes.data());
  const Endpoint src{key.src, be16(bytes)}, dst{key.dst, be16(bytes + 2)};
  payloads_.datagram({bytes + kHeader, pile.bytes.size() - kHeader}, src, dst);
  ChecksumChange change;
  change.add({bytes_of(before), before.size()}, {bytes, pile.bytes.size()});
  const size_t address = key.src.family == 4 ? 4 : 16;
  for (const IpAddress* const ip : {&key.src, &key.dst}) {
    IpAddress other = *ip;
    replacer_.address(other.bytes.data(), address);
    change.add({ip->bytes.data(), address}, {other.bytes.data(), address});
  }
  change.apply(bytes + 6, true);
  for (const auto& [offset, place] : pile.places)
    store_.add(place, std::string_view(pile.bytes).substr(offset, place.length));
}

size_t PacketRedactor::header_size(const PacketPart& part) const {
  const uint8_t* const p = before_.data() + part.offset;
  switch (part.kind) {
    case PartKind::ethernet:
      return 14;
    case PartKind::wlan:
      return 24;
    case PartKind::ipv4:
      return part.size < 20 ? part.size : size_t{p[0] & 0x0FU} * 4;
    case PartKind::ipv6:
      return 40;
    case PartKind::ipv6_fragment:
    case PartKind::udp:
      return 8;
    case PartKind::tcp:
      return part.size < 20 ? part.size : size_t{p[12]} / 16 * 4;
    case PartKind::sctp:
      return 12;
    default:
      return 0;
  }
}

// Of what stands before the first header that is known: addresses of cooked captures.
void PacketRedactor::link_header(uint16_t link_type, size_t end) {
  constexpr uint16_t kCooked1 = 113, kCooked2 = 276;
  if (link_type == kCooked1 && end >= 16) replacer_.mac(now_.data() + 6);
  if (link_type == kCooked2 && end >= 20) replacer_.mac(now_.data() + 12);
}

void PacketRedactor::ip_header(const PacketPart& part) {
  uint8_t* const p = now_.data() + part.offset;
  if (part.kind == PartKind::ipv4 && part.size >= 20) {
    replacer_.address(p + 12, 4);
    replacer_.address(p + 16, 4);
    const size_t header = std::min<size_t>(header_size(part), part.size);
    // Options tell routes (RFC 791 3.1): nothing, in their place.
    if (!replacer_.is_learning() && header > 20) std::fill(p + 20, p + header, uint8_t{1});
  } else if (part.kind == PartKind::ipv6 && part.size >= 40) {
    replacer_.address(p + 8, 16);
    replacer_.address(p + 24, 16);
  }
}

// From the outside in; what stands behind the innermost header is its payload.
void PacketRedactor::headers() {
  size_t done = 0;
  size_t end = now_.size();
  for (const PacketPart& part : parts_) {
    if (part.offset > done && part.offset - done > kMostBetween)
      payloads_.zero(piece_of(now_, done, part.offset - done));
    switch (part.kind) {
      case PartKind::ethernet:
        replacer_.mac(now_.data() + part.offset);
        replacer_.mac(now_.data() + part.offset + 6);
        break;
      case PartKind::wlan:
        for (const size_t at : {4, 10, 16}) replacer_.mac(now_.data() + part.offset + at);
        break;
      case PartKind::ipv4:
      case PartKind::ipv6:
        ip_header(part);
        break;
      default:
        break;
    }
    // Behind what an IP header claims stands padding.
    const size_t claimed = part.offset + part.size;
    if (is_ip(part) && claimed < end) {
      payloads_.zero(piece_of(now_, claimed, end - claimed));
      end = claimed;
    }
    done = part.offset + std::min<size_t>(header_size(part), part.size);
  }
  if (parts_.empty()) return payloads_.zero(now_);
  payload(parts_.back());
}

void PacketRedactor::payload(const PacketPart& part) {
  const Bytes all = piece_of(now_, part.offset, part.size);
  switch (part.kind) {
    case PartKind::arp:
      return arp(part);
    case PartKind::icmp:
    case PartKind::icmpv6:
      return icmp(part);
    case PartKind::hep:
      return hep(all);
    case PartKind::exported_pdu:
      return exported(all);
    case PartKind::tcp:
      return tcp_payload(part);
    case PartKind::sctp:
      return sctp(part);
    case PartKind::udp: {
      const auto [src, dst] = ends(parts_.size() - 1);
      const Bytes payload = piece_of(all, 8);
      const size_t kept = payloads_.datagram(payload, src, dst);
      if (kept < payload.size()) kept_ = part.offset + 8 + kept;
      return;
    }
    case PartKind::ethernet:
    case PartKind::wlan: {
      // Tags and what follows them are of no protocol that is known: the EtherType stays.
      return payloads_.zero(piece_of(all, header_size(part) + 2));
    }
    default:
      return payloads_.zero(piece_of(all, header_size(part)));
  }
}

void PacketRedactor::tcp_payload(const PacketPart& part) {
  const Bytes payload = piece_of(piece_of(now_, part.offset, part.size), header_size(part));
  std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  // Messages are put in their place by rewrite(); nothing of them may stay where that fails.
  if (looks_like_sip(text) && !replacer_.is_learning()) return payloads_.sip_message(payload);
  payloads_.segment(payload);
}

void PacketRedactor::arp(const PacketPart& part) {
  uint8_t* const p = now_.data() + part.offset;
  if (part.size < 28 || be16(p + 2) != 0x0800 || p[4] != 6 || p[5] != 4)
    return payloads_.zero(piece_of(piece_of(now_, part.offset, part.size), 8));
  for (const size_t at : {8, 18}) replacer_.mac(p + at);
  for (const size_t at : {14, 24}) replacer_.address(p + at, 4);
  payloads_.zero(piece_of(now_, part.offset + 28));
}

// Neighbour discovery (RFC 4861 4): a target, then options with link-layer addresses.
void PacketRedactor::neighbour(Bytes message) {
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

void PacketRedactor::icmp(const PacketPart& part) {
  const Bytes message = piece_of(now_, part.offset, part.size);
  if (message.size() < 8) return payloads_.zero(message);
  const bool v6 = part.kind == PartKind::icmpv6;
  const uint8_t type = message[0];
  if (v6 && type >= 133 && type <= 137) return neighbour(message);
  if (!v6 && type == 5) replacer_.address(message.data() + 4, 4);
  const bool error =
      v6 ? type >= 1 && type <= 4 : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
  if (!error) return payloads_.zero(piece_of(message, 8));
  quote(piece_of(message, 8));
}

// The beginning of a packet. Where not all of it is quoted, its checksum would let guesses about
// the rest be proven: none stays.
void PacketRedactor::quote(Bytes quoted) {
  const bool v4 = quoted.size() >= 20 && quoted[0] >> 4 == 4;
  const bool v6 = quoted.size() >= 40 && quoted[0] >> 4 == 6;
  if (!v4 && !v6) return payloads_.zero(quoted);
  const size_t header = v4 ? size_t{quoted[0] & 0x0FU} * 4 : 40;
  const size_t total = v4 ? be16(quoted.data() + 2) : 40 + size_t{be16(quoted.data() + 4)};
  const size_t address = v4 ? 4 : 16;
  const uint8_t protocol = v4 ? quoted[9] : quoted[6];
  const std::vector<uint8_t> before(quoted.begin(), quoted.end());
  const size_t place = v4 ? 12 : 8;
  const auto ip_at = [&](size_t at) {
    return v4 ? ipv4_address(before.data() + at) : ipv6_address(before.data() + at);
  };
  replacer_.address(quoted.data() + place, address);
  replacer_.address(quoted.data() + place + address, address);
  const auto ip = piece_of(quoted, 0, header);
  ChecksumChange change;
  change.add({before.data() + place, 2 * address}, {quoted.data() + place, 2 * address});
  if (v4 && header > 20) payloads_.zero(piece_of(ip, 20));
  ChecksumChange of_header;
  of_header.add({before.data(), ip.size()}, ip);
  if (v4 && !replacer_.is_learning()) of_header.apply(quoted.data() + 10, false);
  const bool later = v4 && (be16(before.data() + 6) & 0x1FFF) != 0;
  const Bytes transport = piece_of(quoted, header, total > header ? total - header : 0);
  payloads_.zero(piece_of(quoted, total));
  const bool whole = quoted.size() >= total;
  const size_t head = protocol == 17 ? 8
                      : protocol == 6 && transport.size() > 12
                          ? std::max<size_t>(20, size_t{transport[12]} / 16 * 4)
                          : 8;
  if (later || (protocol != 17 && protocol != 6) || transport.size() < 4)
    return payloads_.zero(piece_of(transport, protocol == 17 || protocol == 6 ? 4 : 0));
  const Endpoint src{ip_at(place), be16(transport.data())};
  const Endpoint dst{ip_at(place + address), be16(transport.data() + 2)};
  const Bytes payload = piece_of(transport, head);
  const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  const std::vector<uint8_t> old(transport.begin(), transport.end());
  if (looks_like_sip(text)) {
    payloads_.sip_message(payload);
  } else if (protocol == 17 && !payload.empty()) {
    payloads_.datagram(payload, src, dst);
  } else {
    payloads_.segment(payload);
  }
  const size_t field = protocol == 17 ? 6 : 16;
  if (replacer_.is_learning() || transport.size() < field + 2) return;
  change.add(old, transport);
  if (whole) {
    change.apply(transport.data() + field, protocol == 17);
  } else {
    transport[field] = transport[field + 1] = 0;
  }
}

// Chunks with addresses, and the packet; what else a server adds is not needed
// (github.com/sipcapture/HEP).
void PacketRedactor::hep(Bytes packet) {
  constexpr size_t kHeader = 6;
  const std::string_view text(reinterpret_cast<const char*>(packet.data()), packet.size());
  if (!is_hep3(text)) {
    const size_t address = packet.size() > 2 && packet[2] == 2 ? 4 : 16;
    const size_t header = std::min<size_t>(packet.size(), packet.size() > 1 ? packet[1] : 0);
    if (packet.size() < 8 + 2 * address || header < 8 + 2 * address) return payloads_.zero(packet);
    replacer_.address(packet.data() + 8, address);
    replacer_.address(packet.data() + 8 + address, address);
    size_t begin = header;
    // The time behind the addresses is counted in the header's length by some.
    while (begin < packet.size() && begin < header + 12 && !looks_like_sip(text.substr(begin)))
      begin++;
    return payloads_.sip_message(piece_of(packet, begin));
  }
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
    } else if (vendor == 0 && type == 17) {
      replacer_.text({reinterpret_cast<char*>(value.data()), value.size()}, Keep::nothing);
    } else if (vendor != 0 || type > 24 || type == 14 || type == 16) {
      payloads_.zero(value);
    }
    at += length;
  }
}

// Tags (Wireshark's epan/exported_pdu.h): addresses, the rest of what they say is of the protocol.
void PacketRedactor::exported(Bytes packet) {
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

// Whole messages in DATA chunks (RFC 9260 3.3.1); of others the data are zeroed.
void PacketRedactor::sctp(const PacketPart& part) {
  constexpr size_t kHeader = 12, kData = 16;
  const Bytes packet = piece_of(now_, part.offset, part.size);
  for (size_t at = kHeader; at + 4 <= packet.size();) {
    const size_t length = be16(packet.data() + at + 2);
    if (length < 4) return payloads_.zero(piece_of(packet, at));
    const Bytes chunk = piece_of(packet, at, length);
    const Bytes data = piece_of(chunk, kData);
    const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
    const bool whole = chunk[0] == 0 && (chunk[1] & 3U) == 3;
    if (whole && looks_like_sip(text)) {
      payloads_.sip_message(data);
    } else if (chunk[0] == 0) {
      payloads_.zero(data);
    } else if (chunk[0] == 1 || chunk[0] == 2) {
      payloads_.zero(piece_of(chunk, 20));  // parameters hold addresses
    } else if (chunk[0] != 3) {
      payloads_.zero(piece_of(chunk, 4));
    }
    at += (length + 3) / 4 * 4;
  }
}

// From the inside out: an outer sum counts the inner ones.
void PacketRedactor::checksums() {
  for (size_t i = parts_.size(); i-- > 0;) {
    const PacketPart& part = parts_[i];
    const std::span<const uint8_t> before(before_.data() + part.offset, part.size);
    const Bytes now = piece_of(now_, part.offset, part.size);
    const PacketPart* const ip = ip_before(i);
    ChecksumChange change;
    if (ip != nullptr && part.kind != PartKind::icmp) {
      const size_t at = ip->offset + (ip->kind == PartKind::ipv4 ? 12 : 8);
      const size_t size = ip->kind == PartKind::ipv4 ? 8 : 32;
      change.add({before_.data() + at, size}, {now_.data() + at, size});
    }
    if (part.kind == PartKind::udp && part.size >= 8) {
      change.add(before, now);
      change.apply(now.data() + 6, true);
    } else if (part.kind == PartKind::tcp && part.size >= 20) {
      change.add(before, now);
      change.apply(now.data() + 16, false);
    } else if ((part.kind == PartKind::icmp || part.kind == PartKind::icmpv6) && part.size >= 4) {
      change.add(before, now);
      change.apply(now.data() + 2, false);
    } else if (part.kind == PartKind::ipv4 && part.size >= 20) {
      const size_t header = std::min<size_t>(header_size(part), part.size);
      ChecksumChange own;
      own.add(before.first(header), now.first(header));
      own.apply(now.data() + 10, false);
    }
  }
}

std::span<const uint8_t> PacketRedactor::rewrite(const Packet& packet) {
  decode(packet);
  headers();
  link_header(packet.link_type, parts_.empty() ? 0 : parts_.front().offset);
  store_.apply(key_of_frame(packet), now_);
  checksums();
  return {now_.data(), kept_};
}

}  // namespace sipladder
