#include "export/redact/packet_redactor.h"

#include <algorithm>

#include "decode/bytes.h"
#include "decode/sip_message.h"
#include "export/redact/checksums.h"
#include "export/tcp_connections.h"

namespace sipladder {
namespace {

// More bytes than these between two known headers are no tunnel's header, and are zeroed.
constexpr size_t kMostBetween = 256;

bool is_ip(const PacketPart& part) {
  return part.kind == PartKind::ipv4 || part.kind == PartKind::ipv6;
}

}  // namespace

PacketRedactor::PacketRedactor(Replacer& replacer, MediaMode mode)
    : replacer_(replacer),
      payloads_(replacer, mode),
      envelopes_(replacer, payloads_),
      streams_(payloads_, store_),
      chunks_(payloads_, store_),
      fragments_(replacer, payloads_, store_) {
  decoder_->note_parts(&parts_);
}

void PacketRedactor::decode(const Packet& packet) {
  decoder_->decode(packet, &datagrams_);
  before_.assign(packet.data, packet.data + packet.ref.length);
  now_ = before_;
  kept_ = now_.size();
}

// Learns the words of a packet, and of messages that the decoder has put together from several.
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

// The ends of the transport header, before they are replaced.
std::pair<Endpoint, Endpoint> PacketRedactor::ends(size_t place) const {
  Packet packet;
  packet.data = before_.data();
  return ends_of(packet, parts_, place).value_or(std::pair<Endpoint, Endpoint>());
}

void PacketRedactor::prepare(const Packet& packet) {
  decode(packet);
  for (size_t i = 0; i < parts_.size(); i++) {
    const PacketPart& part = parts_[i];
    const uint8_t* const p = before_.data() + part.offset;
    if (part.kind == PartKind::ipv4 && part.size >= 20 && (be16(p + 6) & 0x3FFF) != 0)
      return add_fragment(packet, i);
    if (part.kind == PartKind::ipv6_fragment && part.size >= 8 && (be16(p + 2) & 0xFFF9) != 0)
      return add_fragment(packet, i);
    if (part.kind == PartKind::tcp && part.size >= 20) return add_segment(packet, i);
    if (part.kind != PartKind::sctp) continue;
    const auto [src, dst] = ends(i);
    const auto at = static_cast<uint32_t>(part.offset), size = static_cast<uint32_t>(part.size);
    return chunks_.packet(src, dst, {frame_key(packet), at, size},
                          std::span(before_).subspan(at, size));
  }
}

void PacketRedactor::add_segment(const Packet& packet, size_t place) {
  constexpr uint8_t kSyn = 0x02;
  const PacketPart& part = parts_[place];
  const uint8_t* const p = before_.data() + part.offset;
  const size_t header = header_size(part);
  if (header > part.size) return;
  const auto [src, dst] = ends(place);
  const auto size = static_cast<uint32_t>(part.size - header);
  const auto at = static_cast<uint32_t>(part.offset + header);
  streams_.segment(src, dst, be32(p + 4), (p[13] & kSyn) != 0, {frame_key(packet), at, size},
                   {reinterpret_cast<const char*>(before_.data()) + at, size});
}

void PacketRedactor::add_fragment(const Packet& packet, size_t place) {
  const PacketPart& last = parts_[place];
  const bool v6 = last.kind == PartKind::ipv6_fragment;
  const PacketPart* const ip = v6 ? ip_before(place) : &last;
  const size_t header = header_size(last);
  if (ip == nullptr || header > last.size) return;
  const uint8_t* const p = before_.data() + ip->offset;
  const uint8_t* const f = before_.data() + last.offset;
  FragmentOf fragment;
  fragment.src = v6 ? ipv6_address(p + 8) : ipv4_address(p + 12);
  fragment.dst = v6 ? ipv6_address(p + 24) : ipv4_address(p + 16);
  fragment.id = v6 ? be32(f + 4) : be16(p + 4);
  fragment.protocol = v6 ? f[0] : p[9];
  fragment.point = packet.point;
  fragment.offset = v6 ? be16(f + 2) & 0xFFF8U : (be16(p + 6) & 0x1FFFU) * 8;
  fragment.more = v6 ? (be16(f + 2) & 1U) != 0 : (be16(p + 6) & 0x2000U) != 0;
  const auto at = static_cast<uint32_t>(last.offset + header);
  const auto size = static_cast<uint32_t>(last.size - header);
  fragments_.add(fragment, packet.time_ns, {frame_key(packet), at, size},
                 std::span(before_).subspan(at, size));
}

void PacketRedactor::end_preparing() {
  streams_.finish();
  chunks_.clear();
  fragments_.clear();
  store_.sort();
  decoder_ = std::make_unique<Decoder>();
  decoder_->note_parts(&parts_);
}

// From one access point to another (IEEE 802.11 9.3.2.1): to and from the distribution system.
bool PacketRedactor::has_four_addresses(const PacketPart& part) const {
  const uint8_t* const p = before_.data() + part.offset;
  return part.kind == PartKind::wlan && part.size >= 30 && (p[0] >> 2 & 3U) == 2 &&
         (p[1] & 3U) == 3;
}

size_t PacketRedactor::header_size(const PacketPart& part) const {
  const uint8_t* const p = before_.data() + part.offset;
  switch (part.kind) {
    case PartKind::ethernet:
      return 14;
    case PartKind::wlan:
      return has_four_addresses(part) ? 30 : 24;
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

// Replaces the link-layer address in the header of a cooked capture, which is no PacketPart.
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
    // IP options can hold addresses of a route (RFC 791 3.1): each byte becomes the option that
    // does nothing.
    if (!replacer_.is_learning() && header > 20) std::fill(p + 20, p + header, uint8_t{1});
  } else if (part.kind == PartKind::ipv6 && part.size >= 40) {
    replacer_.address(p + 8, 16);
    replacer_.address(p + 24, 16);
  }
}

// Extension headers of IPv6 (RFC 8200 4): the addresses of a route are replaced, options become
// padding.
void PacketRedactor::extension_headers(uint8_t type, Bytes bytes) {
  constexpr uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51,
                    kDestination = 60;
  while (bytes.size() >= 8) {
    const bool known = type == kHopByHop || type == kRouting || type == kFragment ||
                       type == kAuthentication || type == kDestination;
    if (!known) return;
    const size_t length = type == kFragment         ? 8
                          : type == kAuthentication ? 8 + size_t{bytes[1]} * 4
                                                    : 8 + size_t{bytes[1]} * 8;
    const Bytes header = piece_of(bytes, 0, length);
    if (type == kRouting) {
      for (size_t at = 8; at + 16 <= header.size(); at += 16)
        replacer_.address(header.data() + at, 16);
    } else if (type != kFragment && !replacer_.is_learning()) {
      std::fill(header.begin() + 2, header.end(), uint8_t{0});
    }
    type = header[0];
    bytes = piece_of(bytes, length);
  }
}

// Redacts the headers from the outside in, then the payload behind the innermost header.
void PacketRedactor::headers() {
  size_t done = 0;
  size_t end = now_.size();
  const PacketPart* before = nullptr;
  for (const PacketPart& part : parts_) {
    if (part.offset > done) {
      const Bytes between = piece_of(now_, done, part.offset - done);
      if (between.size() > kMostBetween) payloads_.zero(between);
      if (before != nullptr && before->kind == PartKind::ipv6)
        extension_headers(now_[before->offset + 6], between);
    }
    before = &part;
    switch (part.kind) {
      case PartKind::ethernet:
        replacer_.mac(now_.data() + part.offset);
        replacer_.mac(now_.data() + part.offset + 6);
        break;
      case PartKind::wlan:
        for (const size_t at : {4U, 10U, 16U}) replacer_.mac(now_.data() + part.offset + at);
        if (has_four_addresses(part)) replacer_.mac(now_.data() + part.offset + 24);
        break;
      case PartKind::ipv4:
      case PartKind::ipv6:
        ip_header(part);
        break;
      default:
        break;
    }
    // Bytes beyond the length in the IP header are padding: zeroed.
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
      return envelopes_.arp(all);
    case PartKind::icmp:
    case PartKind::icmpv6:
      return envelopes_.icmp(all, part.kind == PartKind::icmpv6);
    case PartKind::hep:
      return envelopes_.hep(all);
    case PartKind::exported_pdu:
      return envelopes_.exported(all);
    case PartKind::tcp:
      return tcp_payload(part);
    case PartKind::sctp:
      return envelopes_.sctp(all);
    case PartKind::udp: {
      const auto [src, dst] = ends(parts_.size() - 1);
      const Bytes payload = piece_of(all, 8);
      const size_t kept = payloads_.datagram(payload, src, dst);
      if (kept < payload.size()) kept_ = part.offset + 8 + kept;
      return;
    }
    case PartKind::ethernet:
    case PartKind::wlan: {
      // The packet is of no known protocol: only its EtherType stays.
      return payloads_.zero(piece_of(all, header_size(part) + 2));
    }
    default:
      return payloads_.zero(piece_of(all, header_size(part)));
  }
}

void PacketRedactor::tcp_payload(const PacketPart& part) {
  const Bytes payload = piece_of(piece_of(now_, part.offset, part.size), header_size(part));
  std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  // rewrite() puts the new bytes of a TCP stream over these. Where it has none, nothing of a
  // message may be left in the clear.
  if (looks_like_sip(text) && !replacer_.is_learning()) return payloads_.sip_message(payload);
  payloads_.segment(payload);
}

// From the innermost header outwards, because an outer checksum sums up the inner ones.
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
    } else if (part.kind == PartKind::sctp) {
      update_crc32c(before, now);
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
  store_.apply(frame_key(packet), now_);
  checksums();
  return {now_.data(), kept_};
}

}  // namespace sipladder
