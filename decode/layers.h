// Private to decode/: what the layers share. Each layer is a function that takes a view of its
// bytes, hands the rest on to the next layer and returns that layer's fate.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "capture/inflate.h"
#include "decode/bytes.h"
#include "decode/decoder.h"
#include "decode/neighbours.h"
#include "decode/packet_parts.h"
#include "decode/tls/session.h"

namespace sipladder {

// The UDP checksum is verified in one of so many datagrams. The number is prime, so that the
// datagrams of each of several streams that take turns get verified, too.
inline constexpr uint32_t kChecksumEvery = 31;
inline constexpr int kMaxDepth = 8;  // nested IP headers and tunnels of one packet

// Bytes of the packet, or of a reassembled datagram, with the reference that finds them again. The
// bytes belong to the source, or to Layers::kept.
struct View {
  const uint8_t* data = nullptr;
  size_t size = 0;
  PacketRef ref;
  size_t missing = 0;  // bytes that were sent behind these but are not in the capture

  View sub(size_t from) const { return sub(from, size - from); }
  View sub(size_t from, size_t count) const {
    const PacketRef part{ref.offset + from, static_cast<uint32_t>(count), ref.store};
    return {data + from, count, part, from + count == size ? missing : 0};
  }
  std::string_view text() const { return {reinterpret_cast<const char*>(data), size}; }
};

struct IpHeader {
  IpAddress src;
  IpAddress dst;
  uint16_t id = 0;
  uint8_t dscp = 0;
  uint8_t ttl = 0;  // or hop limit; 0: not known
};

// IP fragments of one datagram (RFC 791, RFC 8200 4.5).
struct FragmentKey {
  IpAddress src, dst;
  uint32_t id = 0;
  uint8_t protocol = 0;
  uint8_t point = 0;  // another capture point shows the same fragments once more
  bool operator==(const FragmentKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const FragmentKey& key) {
    return H::combine(std::move(h), key.src.bytes, key.dst.bytes, key.id, key.protocol, key.point);
  }
};
struct FragmentPile {
  std::string bytes;
  std::vector<bool> have;  // in units of 8 bytes
  size_t total = 0;        // bytes of the datagram; 0 until the last fragment has come
  size_t covered = 0;      // units that are there
  int64_t first_ns = 0;
  uint32_t frame = 0;   // of the first fragment seen
  uint16_t source = 0;  // of that fragment, too
  uint16_t id = 0;      // of the fragment with offset 0
};

// One direction of a TCP connection or SCTP association.
struct TcpKey {
  Endpoint src, dst;
  bool operator==(const TcpKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const TcpKey& key) {
    return H::combine(std::move(h), key.src.ip.bytes, key.src.port, key.dst.ip.bytes, key.dst.port);
  }
};
struct TcpSegment {
  uint32_t sequence;  // also the key in SegmentsAhead
  std::string bytes;
  PacketRef ref;
  size_t missing;  // as View::missing
  int64_t time_ns;
  uint32_t frame;
  uint16_t source;
  uint8_t point;
};
// Sequence numbers wrap (RFC 9293 section 3.4): `a` is earlier if `b` is less than 2^31 ahead of
// it. This is an order only among numbers within one window.
struct EarlierSequence {
  bool operator()(uint32_t a, uint32_t b) const { return static_cast<int32_t>(a - b) < 0; }
};
using SegmentsAhead = std::map<uint32_t, TcpSegment, EarlierSequence>;
enum class StreamKind : uint8_t { fresh, sip, upgrading, websocket, hep, ng, ng_http };
struct TcpStream {
  StreamKind kind = StreamKind::fresh;      // fresh: nothing of SIP seen yet
  TlsEnd tls_end = TlsEnd::none;            // of a TLS connection: which end sends here
  std::shared_ptr<TlsSession> tls;          // null: no TLS; else `kind` is that of its content
  uint32_t next = 0;                        // sequence number expected
  std::optional<uint32_t> first;            // sequence number of its SYN, plus 1
  uint8_t point = 0;                        // where that SYN was captured
  std::string pending;                      // the beginning of a message or of a WebSocket frame
  size_t needed = 0;                        // bytes `pending` must reach before it is worth a look
  size_t read_in_vain = 0;                  // bytes of an ng message that is not whole yet
  std::optional<MessageInflater> inflater;  // of compressed WebSocket messages
  bool packed = false;                      // `fragments` are compressed
  std::string fragments;                    // payload of WebSocket frames whose message goes on
  SegmentsAhead ahead;                      // segments behind a gap
  size_t ahead_bytes = 0;
  int64_t gap_since_ns = 0;
  int64_t last_ns = 0;
  int64_t known_ns = 0;  // of the newest packet before which nothing is missing
  uint32_t known_frame = 0;
  // What this direction acknowledged last of the other one, and in which packet.
  std::optional<uint32_t> acknowledged;
  int64_t acknowledged_ns = 0;
  uint32_t acknowledged_frame = 0;
  // Copies of the newest bytes, or of the SYN, since the last packet of the other direction.
  uint32_t resent = 0;
  int64_t resent_ns = 0;
  uint32_t resent_frame = 0;

  size_t buffered() const {
    constexpr size_t kInflater = 48 << 10;  // its window and state
    return pending.size() + fragments.size() + ahead_bytes + ahead.size() * sizeof(TcpSegment) +
           (inflater ? kInflater : 0) + (tls != nullptr ? tls->buffered(tls_end) : 0);
  }
};

// Fragments of one SCTP user message (RFC 9260 6.9).
struct SctpKey {
  TcpKey ends;
  uint16_t stream = 0;
  uint32_t sequence = 0;
  bool unordered = false;
  bool operator==(const SctpKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const SctpKey& key) {
    return H::combine(std::move(h), key.ends, key.stream, key.sequence, key.unordered);
  }
};
struct SctpPiece {
  uint32_t number;  // consecutive within a message
  bool begins;
  bool ends;
  std::string bytes;
};

struct Layers {
  const Packet* packet = nullptr;
  bool cut = false;                      // bytes that its IP header promises were not captured
  Way way = Way::unknown;                // of `packet`
  std::vector<Datagram>* out = nullptr;  // of the caller of the Decoder, during its call
  std::array<uint64_t, static_cast<size_t>(Oddity::count_)> oddities{};
  uint64_t fragments = 0;
  uint32_t until_checksum = kChecksumEvery;
  absl::flat_hash_map<FragmentKey, FragmentPile> piles;
  std::deque<FragmentKey> pile_order;
  size_t pile_bytes = 0;
  std::vector<IncompleteSip> incomplete_sip;   // at most kMaxIncompleteSip
  absl::flat_hash_set<FragmentKey> assembled;  // the newest datagrams that became complete
  std::vector<HeadlessUdp> headless_udp;       // at most kMaxHeadlessUdp
  std::vector<TcpGap> tcp_gaps;                // at most kMaxTcpGaps
  std::vector<TcpRefusal> tcp_refusals;        // at most kMaxTcpRefusals
  std::vector<TcpStall> tcp_stalls;            // at most kMaxTcpStalls
  std::optional<Datagram> keepalive;           // of this packet
  TlsConnections tls;                          // declared before `tcp`, whose sessions refer to it
  Neighbours neighbours;
  absl::flat_hash_map<TcpKey, TcpStream> tcp;
  // Directions that have ended, with records that wait for keys: the oldest first.
  std::deque<std::pair<TcpKey, TcpStream>> tls_waiting;
  size_t tcp_buffered = 0;     // bytes kept by all streams
  int64_t last_ahead_ns = 0;   // when a segment was last kept out of order
  int64_t last_resent_ns = 0;  // when a segment, or a SYN, was last sent again
  absl::flat_hash_map<SctpKey, std::vector<SctpPiece>> sctp;
  size_t sctp_buffered = 0;
  absl::flat_hash_map<TcpKey, std::array<uint32_t, 64>> sctp_seen;  // TSNs, by their low bits
  std::deque<std::string> kept;  // bytes that datagrams of this packet point into

  std::vector<PacketPart>* parts = nullptr;  // null: nobody asks

  // Tells that a header begins at the beginning of `view`.
  void note_part(PartKind kind, const View& view) {
    if (parts != nullptr) add_part(kind, view);
  }
  void add_part(PartKind kind, const View& view);
  TlsPlace place() const { return {packet->time_ns, packet->frame, packet->source, packet->point}; }
  void note(Oddity oddity) { oddities[static_cast<size_t>(oddity)]++; }
  // `length` bytes at `from`, as a length field claims. Bytes beyond the end of `view` become
  // `missing`. They are noted as `lie`, unless the capture cut the packet.
  View claim(const View& view, size_t from, size_t length, Oddity lie);
  // Fills `keepalive` for a packet that only keeps a path open; the payload is left to the caller.
  Datagram& note_keepalive(const Endpoint& src, const Endpoint& dst);
  // Adds a UDP datagram of this packet to *out. What differs (kind, transport) is set by the
  // caller.
  Datagram& hand_on(const IpHeader& ip, uint16_t src_port, uint16_t dst_port, const View& payload);
};

Fate decode_exported_pdu(Layers& layers, const View& view);
Fate decode_link(Layers& layers, uint16_t link_type, const View& view);  // link.cc
Fate decode_ethernet(Layers& layers, const View& view, int depth);
Fate decode_ether_type(Layers& layers, uint16_t ether_type, const View& view, int depth);
Fate decode_llc(Layers& layers, const View& view, int depth);
Fate decode_mpls(Layers& layers, const View& view, int depth);
Fate decode_wlan(Layers& layers, const View& view);  // wlan.cc
Fate decode_radiotap(Layers& layers, const View& view);
Fate decode_ppp(Layers& layers, const View& view, int depth);
Fate decode_ip(Layers& layers, const View& view, int depth);  // ip.cc
Fate decode_ip_payload(Layers& layers, const IpHeader& ip, uint8_t protocol, const View& view,
                       int depth);
// fragments.cc: Fate::payload once all fragments are there; *view is the whole datagram and *ip has
// the id of its first fragment then.
Fate add_fragment(Layers& layers, const FragmentKey& key, size_t offset, bool more, View* view,
                  IpHeader* ip);
void finish_fragments(Layers& layers);
Fate decode_gre(Layers& layers, const View& view, int depth);  // tunnels.cc
Fate decode_l2tp3(Layers& layers, const View& view, int depth);
Fate decode_ether_ip(Layers& layers, const View& view, int depth);
bool is_ip(const View& view);        // a plausible IP header begins here
bool is_ethernet(const View& view);  // Ethernet with a known EtherType; plausible IP in it
bool is_ppp_ip(const View& view);    // PPP with IP inside
// False when the payload is no tunnel; *fate is set when it is.
bool decode_udp_tunnel(Layers& layers, uint16_t src_port, uint16_t dst_port, const View& view,
                       int depth, Fate* fate);                                     // udp_tunnels.cc
Fate decode_udp(Layers& layers, const IpHeader& ip, const View& view, int depth);  // udp.cc
Fate decode_tcp(Layers& layers, const IpHeader& ip, const View& view);             // tcp.cc
void finish_tcp(Layers& layers);
// Secrets of TLS may have come: tries again the records that wait for them.
void take_new_keys(Layers& layers);
Fate decode_sctp(Layers& layers, const IpHeader& ip, const View& view);           // sctp.cc
Fate decode_icmp(Layers& layers, const IpHeader& ip, bool v6, const View& view);  // icmp.cc
void note_arp(Layers& layers, const View& view);                                  // neighbours.cc
void note_neighbour_discovery(Layers& layers, const IpHeader& ip, const View& view);

}  // namespace sipladder
