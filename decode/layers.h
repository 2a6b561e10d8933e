// Private to decode/: what the layers share. Each layer is a function that takes a view of its
// bytes and hands the rest on.
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

// Odd and prime: streams take turns, and each must come to be looked at.
inline constexpr uint32_t kChecksumEvery = 31;
inline constexpr int kMaxDepth = 8;  // IP headers inside one packet

// Bytes of the packet (or of a reassembled one) with the reference that finds them again.
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
  uint8_t point = 0;  // where another capture shows them too, they are other fragments
  bool operator==(const FragmentKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const FragmentKey& key) {
    return H::combine(std::move(h), key.src.bytes, key.dst.bytes, key.id, key.protocol, key.point);
  }
};
struct FragmentPile {
  std::string bytes;
  std::vector<bool> have;  // in units of 8 bytes
  size_t total = 0;        // known once the last fragment came
  size_t covered = 0;      // units
  int64_t first_ns = 0;
  uint32_t frame = 0;   // of the first fragment seen
  uint16_t source = 0;  // as frame
  uint16_t id = 0;
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
  uint32_t sequence;  // of the key, too
  std::string bytes;
  PacketRef ref;
  size_t missing;  // as View::missing
  int64_t time_ns;
  uint32_t frame;
  uint16_t source;
  uint8_t point;
};
// Sequence numbers wrap: that is earlier from which the other is less than 2^31 away. An order of
// those that are all within one window.
struct EarlierSequence {
  bool operator()(uint32_t a, uint32_t b) const { return static_cast<int32_t>(a - b) < 0; }
};
using SegmentsAhead = std::map<uint32_t, TcpSegment, EarlierSequence>;
enum class StreamKind : uint8_t { fresh, sip, upgrading, websocket, hep, ng };
struct TcpStream {
  StreamKind kind = StreamKind::fresh;      // fresh: nothing of SIP seen yet
  TlsEnd tls_end = TlsEnd::none;            // who sends here, of
  std::shared_ptr<TlsSession> tls;          // a TLS connection, whose content the kind is about
  uint32_t next = 0;                        // sequence number expected
  std::optional<uint32_t> first;            // of the SYN that began it,
  uint8_t point = 0;                        // and where that was captured
  std::string pending;                      // the beginning of a message or of a WebSocket frame
  size_t needed = 0;                        // bytes `pending` must reach before it is worth a look
  std::optional<MessageInflater> inflater;  // of compressed WebSocket messages
  bool packed = false;                      // `fragments` are compressed
  std::string fragments;                    // payload of WebSocket frames whose message goes on
  SegmentsAhead ahead;                      // came before their predecessor
  size_t ahead_bytes = 0;
  int64_t gap_since_ns = 0;
  int64_t last_ns = 0;
  int64_t known_ns = 0;  // of the newest packet before which nothing is missing
  uint32_t known_frame = 0;
  // What this direction acknowledged last of the other one, and where.
  std::optional<uint32_t> acknowledged;
  int64_t acknowledged_ns = 0;
  uint32_t acknowledged_frame = 0;
  // What came again since the other direction said anything: the newest bytes, or the SYN.
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
  bool cut = false;  // bytes that its IP header promises were not captured
  std::vector<Datagram>* out = nullptr;
  std::array<uint64_t, static_cast<size_t>(Oddity::count_)> oddities{};
  uint64_t fragments = 0;
  uint32_t until_checksum = kChecksumEvery;
  absl::flat_hash_map<FragmentKey, FragmentPile> piles;
  std::deque<FragmentKey> pile_order;
  size_t pile_bytes = 0;
  std::vector<IncompleteSip> incomplete_sip;   // at most kMaxIncompleteSip
  absl::flat_hash_set<FragmentKey> assembled;  // the newest of them
  std::vector<HeadlessUdp> headless_udp;       // at most kMaxHeadlessUdp
  std::vector<TcpGap> tcp_gaps;                // at most kMaxTcpGaps
  std::vector<TcpRefusal> tcp_refusals;        // at most kMaxTcpRefusals
  std::vector<TcpStall> tcp_stalls;            // at most kMaxTcpStalls
  std::optional<Datagram> keepalive;           // of this packet
  TlsConnections tls;                          // before the streams, whose sessions refer to it
  Neighbours neighbours;
  absl::flat_hash_map<TcpKey, TcpStream> tcp;
  size_t tcp_buffered = 0;     // bytes kept by all streams
  int64_t last_ahead_ns = 0;   // when a segment was last kept out of order
  int64_t last_resent_ns = 0;  // when a segment, or a SYN, last came again
  absl::flat_hash_map<SctpKey, std::vector<SctpPiece>> sctp;
  size_t sctp_buffered = 0;
  absl::flat_hash_map<TcpKey, std::array<uint32_t, 64>> sctp_seen;  // TSNs, by their low bits
  std::deque<std::string> kept;  // bytes that datagrams of this packet point into

  std::vector<PacketPart>* parts = nullptr;  // null: nobody asks

  // A header stands at the beginning of `view`.
  void note_part(PartKind kind, const View& view) {
    if (parts != nullptr) add_part(kind, view);
  }
  void add_part(PartKind kind, const View& view);
  TlsPlace place() const { return {packet->time_ns, packet->frame, packet->source, packet->point}; }
  void note(Oddity oddity) { oddities[static_cast<size_t>(oddity)]++; }
  // `size` bytes at `from` as a length field says; what is more than there becomes `missing`.
  View claim(const View& view, size_t from, size_t length, Oddity lie);
  // A packet that only keeps a path open: all but its payload.
  Datagram& note_keepalive(const Endpoint& src, const Endpoint& dst);
  // A datagram more in *out; what is particular about it is up to the caller.
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
// Fate::payload with the whole in *view and the first fragment's id in *ip, once all fragments are
// there. (fragments.cc)
Fate add_fragment(Layers& layers, const FragmentKey& key, size_t offset, bool more, View* view,
                  IpHeader* ip);
void finish_fragments(Layers& layers);
Fate decode_gre(Layers& layers, const View& view, int depth);  // tunnels.cc
Fate decode_l2tp3(Layers& layers, const View& view, int depth);
Fate decode_ether_ip(Layers& layers, const View& view, int depth);
bool is_ip(const View& view);        // an IP header stands here, as far as it can be told
bool is_ethernet(const View& view);  // an Ethernet header with a known EtherType, and IP behind it
bool is_ppp_ip(const View& view);    // PPP with IP inside
bool decode_udp_tunnel(Layers& layers, uint16_t src_port, uint16_t dst_port, const View& view,
                       int depth, Fate* fate);                                     // udp_tunnels.cc
Fate decode_udp(Layers& layers, const IpHeader& ip, const View& view, int depth);  // udp.cc
Fate decode_tcp(Layers& layers, const IpHeader& ip, const View& view);             // tcp.cc
void finish_tcp(Layers& layers);
// Secrets of TLS came: what waits for them is tried.
void take_new_keys(Layers& layers);
Fate decode_sctp(Layers& layers, const IpHeader& ip, const View& view);           // sctp.cc
Fate decode_icmp(Layers& layers, const IpHeader& ip, bool v6, const View& view);  // icmp.cc
void note_arp(Layers& layers, const View& view);                                  // neighbours.cc
void note_neighbour_discovery(Layers& layers, const IpHeader& ip, const View& view);

}  // namespace sipladder
