// Puts TCP segments in order (RFC 9293). A gap is an oddity: bytes before and behind it are never
// joined, and reading goes on at the next start-line. Bounds: kMaxStreams directions, kMaxAhead
// bytes and kMaxSegmentsAhead segments out of order in each, kMaxTcpBuffered bytes in all. Streams
// that carry no SIP keep nothing.
#include <algorithm>
#include <tuple>

#include "decode/stream_messages.h"
#include "decode/tcp_tls.h"

namespace sipladder {
namespace {

constexpr size_t kMaxStreams = 16'384;
constexpr size_t kMaxTcpBuffered = 128 << 20;
constexpr size_t kMaxAhead = 64 << 10;
constexpr size_t kMaxSegmentsAhead = 4096;
// A capture can show an acknowledgement before the segment that it acknowledges: with several
// queues of a device, a mirror port, or a tap for each direction. A gap waits so long for its
// segment.
constexpr int64_t kReorderedNs = 200'000'000;
constexpr int64_t kMaxGapNs =
    2'000'000'000;  // a segment that has not come by then was not captured
// A sender waits longer than this for an acknowledgement (RFC 6298). A segment that comes again
// sooner is a copy, captured at another point.
constexpr int64_t kLeastResendNs = 180'000'000;
constexpr uint32_t kStalled = 3;  // copies without a reply
constexpr int64_t kStallForgottenNs = 300'000'000'000;
// No window in use is larger (RFC 7323 section 2.3 allows 1 GiB): a segment farther away belongs to
// another connection.
constexpr int32_t kOtherConnection = 16 << 20;

constexpr uint8_t kFin = 0x01;
constexpr uint8_t kSyn = 0x02;
constexpr uint8_t kRst = 0x04;
constexpr uint8_t kAck = 0x10;

using Streams = absl::flat_hash_map<TcpKey, TcpStream>;

struct Segment {
  uint32_t sequence = 0;
  uint32_t acknowledged = 0;
  uint8_t flags = 0;
  View payload;

  bool has(uint8_t flag) const { return (flags & flag) != 0; }
  // Counts bytes that the snap length cut: sequence numbers count them, too.
  uint32_t length() const { return static_cast<uint32_t>(payload.size + payload.missing); }
};

bool is_line_ends(std::string_view text) {
  return text.find_first_not_of("\r\n") == std::string_view::npos;
}

int32_t distance(uint32_t from, uint32_t to) {
  return static_cast<int32_t>(to - from);
}

void note_stall(Layers& layers, const TcpKey& key, const TcpStream& stream) {
  if (stream.resent < kStalled || layers.tcp_stalls.size() >= kMaxTcpStalls) return;
  const bool opening = stream.kind == StreamKind::fresh;
  if (opening && (stream.tls != nullptr || layers.tcp.contains(TcpKey{key.dst, key.src}))) return;
  layers.tcp_stalls.push_back({key.src, key.dst, stream.known_ns, stream.resent_ns,
                               stream.known_frame, stream.resent_frame, stream.resent, opening});
}

void note_resent(Layers& layers, TcpStream& stream) {
  const int64_t now_ns = layers.packet->time_ns;
  if (now_ns - std::max(stream.known_ns, stream.resent_ns) < kLeastResendNs) return;
  stream.resent++;
  stream.resent_ns = layers.last_resent_ns = now_ns;
  stream.resent_frame = layers.packet->frame;
}

// Any packet of `key` proves that its sender hears, or refuses, what the other side sent again.
void note_reply(Layers& layers, const TcpKey& key) {
  if (layers.packet->time_ns - layers.last_resent_ns > kStallForgottenNs) return;
  const auto found = layers.tcp.find(TcpKey{key.dst, key.src});
  if (found != layers.tcp.end()) found->second.resent = 0;
}

void forget(Layers& layers, Streams::iterator stream) {
  if (stream->second.kind != StreamKind::fresh) note_stall(layers, stream->first, stream->second);
  layers.tcp_buffered -= stream->second.buffered();
  keep_waiting_tls(layers, stream->first, std::move(stream->second));
  layers.tcp.erase(stream);
}

// Drops the older half of all streams in one sweep, so that the cost for each stream stays
// constant.
void evict(Layers& layers) {
  std::vector<int64_t> times;
  times.reserve(layers.tcp.size());
  for (const auto& [key, stream] : layers.tcp) times.push_back(stream.last_ns);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  const int64_t median = *middle;
  absl::erase_if(layers.tcp, [&](const auto& entry) {
    if (entry.second.last_ns > median) return false;
    layers.tcp_buffered -= entry.second.buffered();
    return true;
  });
  layers.note(Oddity::tcp_streams_evicted);
}

Streams::iterator add_stream(Layers& layers, const TcpKey& key, uint32_t next) {
  if (layers.tcp.size() >= kMaxStreams || layers.tcp_buffered > kMaxTcpBuffered) evict(layers);
  const auto stream = layers.tcp.emplace(key, TcpStream{}).first;
  stream->second.next = next;
  stream->second.last_ns = layers.packet->time_ns;
  return stream;
}

void store_ahead(Layers& layers, TcpStream& stream, const Segment& segment) {
  const int64_t now = layers.packet->time_ns;
  if (stream.ahead.empty()) stream.gap_since_ns = now;
  const auto [kept, is_new] = stream.ahead.try_emplace(segment.sequence);
  if (!is_new) return;
  const View& payload = segment.payload;
  stream.ahead_bytes += payload.size;
  kept->second = {
      segment.sequence,     std::string(payload.text()), payload.ref,         payload.missing, now,
      layers.packet->frame, layers.packet->source,       layers.packet->point};
  layers.last_ahead_ns = now;
}

bool is_lost(const Layers& layers, const TcpStream& stream) {
  const int64_t waited = layers.packet->time_ns - stream.gap_since_ns;
  return stream.ahead_bytes > kMaxAhead || stream.ahead.size() > kMaxSegmentsAhead ||
         waited > kMaxGapNs;
}

// Delivers the first segment that was kept. Some of its bytes may have come in the meantime.
void deliver_first(Layers& layers, TcpStream& stream, StreamMessages& messages) {
  TcpSegment& first = stream.ahead.begin()->second;
  const auto known = static_cast<size_t>(distance(first.sequence, stream.next));
  const std::string& bytes = layers.kept.emplace_back(std::move(first.bytes));
  const View whole{bytes_of(bytes), bytes.size(), first.ref, first.missing};
  stream.known_ns = first.time_ns;
  stream.known_frame = first.frame;
  stream.ahead_bytes -= bytes.size();
  stream.ahead.erase(stream.ahead.begin());
  if (known >= whole.size + whole.missing) return;
  stream.next += static_cast<uint32_t>(whole.size + whole.missing - known);
  if (known < whole.size) messages.deliver(whole.sub(known));
}

// Whether the other direction has acknowledged all bytes before `sequence`.
bool is_acknowledged(const Layers& layers, const TcpKey& key, uint32_t sequence) {
  const auto found = layers.tcp.find(TcpKey{key.dst, key.src});
  return found != layers.tcp.end() && found->second.acknowledged &&
         distance(sequence, *found->second.acknowledged) >= 0;
}

void deliver_ahead(Layers& layers, const TcpKey& key, TcpStream& stream, StreamMessages& messages) {
  while (!stream.ahead.empty()) {
    const TcpSegment& first = stream.ahead.begin()->second;
    if (distance(stream.next, first.sequence) > 0) {
      if (!is_lost(layers, stream)) return;
      messages.lose(first, is_acknowledged(layers, key, first.sequence));
      stream.next = first.sequence;
      stream.gap_since_ns = layers.packet->time_ns;
    }
    deliver_first(layers, stream, messages);
  }
}

// If the receiver has acknowledged bytes behind a gap, the capture missed the gap: it is given up.
void skip_acknowledged_gap(Layers& layers, const IpHeader& ip, const TcpKey& key,
                           uint32_t acknowledged) {
  if (layers.packet->time_ns - layers.last_ahead_ns > kMaxGapNs) return;
  const TcpKey reverse{key.dst, key.src};
  const auto found = layers.tcp.find(reverse);
  if (found == layers.tcp.end() || found->second.ahead.empty()) return;
  TcpStream& stream = found->second;
  const TcpSegment& first = stream.ahead.begin()->second;
  if (distance(first.sequence, acknowledged) < 0) return;
  if (layers.packet->time_ns - first.time_ns < kReorderedNs) return;
  const size_t before = stream.buffered();
  const IpHeader swapped{ip.dst, ip.src, 0, ip.dscp, ip.ttl};
  StreamMessages messages(layers, swapped, reverse, stream);
  messages.lose(first, true);
  stream.next = first.sequence;
  deliver_ahead(layers, reverse, stream, messages);
  layers.tcp_buffered += stream.buffered() - before;
}

// The fate of a segment whose stream has carried no SIP so far.
Fate fate_of_other(Layers& layers, const TcpKey& key, const View& payload) {
  if (is_tls_record(payload.text())) {
    layers.tls.count(key.src, key.dst, payload.text(), layers.place());
    return Fate::tls;
  }
  if (is_line_ends(payload.text()) && layers.tcp.contains(TcpKey{key.dst, key.src})) {
    return Fate::tcp_keepalive;
  }
  return Fate::tcp_other;
}

Fate fate_of(const StreamMessages& messages, const TcpStream& stream) {
  if (stream.tls != nullptr && !messages.waiting() && !messages.keepalive()) {
    if (messages.opened_tls()) return Fate::tls_other;
    const bool begun = !stream.ahead.empty() || stream.tls->is_waiting(stream.tls_end);
    return stream.kind != StreamKind::fresh && begun ? Fate::tcp_waiting : Fate::tls;
  }
  if (messages.waiting() || !stream.ahead.empty()) return Fate::tcp_waiting;
  return messages.keepalive() ? Fate::tcp_keepalive : Fate::tcp_other;
}

Fate order(Layers& layers, const TcpKey& key, TcpStream& stream, Segment segment,
           StreamMessages& messages) {
  const int32_t gap = distance(stream.next, segment.sequence);
  if (gap > 0) {
    store_ahead(layers, stream, segment);
  } else {
    const auto known = static_cast<size_t>(-int64_t{gap});
    if (known >= segment.length()) {
      note_resent(layers, stream);
      return Fate::tcp_resent;
    }
    stream.resent = 0;
    stream.next = segment.sequence + segment.length();
    stream.known_ns = layers.packet->time_ns;
    stream.known_frame = layers.packet->frame;
    if (known < segment.payload.size) messages.deliver(segment.payload.sub(known));
  }
  deliver_ahead(layers, key, stream, messages);
  return fate_of(messages, stream);
}

// Notes a reset that answers a SYN, before anything else came from that side.
void note_refusal(Layers& layers, const TcpKey& key, const Segment& segment) {
  if (!segment.has(kRst) || layers.tcp_refusals.size() >= kMaxTcpRefusals) return;
  const auto opening = layers.tcp.find(TcpKey{key.dst, key.src});
  if (opening == layers.tcp.end() || layers.tcp.contains(key)) return;
  const TcpStream& syn = opening->second;
  const bool only_syn = syn.kind == StreamKind::fresh && syn.tls == nullptr &&
                        syn.next == syn.first && syn.ahead.empty();
  if (!only_syn || !segment.has(kAck) || segment.acknowledged != syn.first) return;
  layers.tcp_refusals.push_back(
      {key.dst, key.src, layers.packet->time_ns, syn.known_frame, layers.packet->frame});
}

void begin_or_end(Layers& layers, const TcpKey& key, const Segment& segment) {
  const auto found = layers.tcp.find(key);
  const bool known = found != layers.tcp.end();
  const uint8_t point = layers.packet->point;
  // The same SYN from another capture point can come when there is data already: it changes
  // nothing.
  if (segment.has(kSyn) && known && found->second.first == segment.sequence &&
      found->second.point != point)
    return;
  const bool again = segment.has(kSyn) && known && found->second.first == segment.sequence &&
                     found->second.kind == StreamKind::fresh;
  if (again) return note_resent(layers, found->second);
  if (known) forget(layers, found);
  if (!segment.has(kSyn)) return;
  // A stream is kept from its SYN on, so that segments out of order can be told from other traffic.
  TcpStream& stream = add_stream(layers, key, segment.sequence)->second;
  stream.first = segment.sequence;
  stream.point = point;
  stream.known_ns = layers.packet->time_ns;
  stream.known_frame = layers.packet->frame;
}

// Decides what a stream carries of which only the SYN is known. False when it is neither SIP, HEP
// nor TLS that is read.
bool tell_kind(Layers& layers, const TcpKey& key, TcpStream& stream, const Segment& segment) {
  if (stream.kind != StreamKind::fresh || stream.tls != nullptr) return true;
  if (segment.sequence != stream.next) return stream.ahead_bytes < kMaxAhead;
  const std::string_view payload = segment.payload.text();
  if (begin_pending_tls(layers, key, stream, segment.payload.text())) return true;
  if (is_tls_record(payload)) return false;
  // Every start-line is longer. Fewer bytes may be the beginning of one, or a keep-alive.
  constexpr size_t kUndecided = 12;
  if (stream.pending.empty() && payload.size() < kUndecided) return true;
  const auto kind = stream.pending.empty() ? stream_kind(payload)
                                           : stream_kind(stream.pending + std::string(payload));
  if (kind) stream.kind = *kind;
  return kind.has_value();
}

Fate decode_segment(Layers& layers, const IpHeader& ip, const TcpKey& key, const Segment& segment) {
  auto found = layers.tcp.find(key);
  if (found != layers.tcp.end()) {
    const int32_t gap = distance(found->second.next, segment.sequence);
    const bool other = gap > kOtherConnection || gap < -kOtherConnection;
    if (other || !tell_kind(layers, key, found->second, segment)) {
      forget(layers, found);
      found = layers.tcp.end();
    }
  }
  if (found == layers.tcp.end()) {
    const auto kind = stream_kind(segment.payload.text());
    TcpStream begun;
    if (!kind && !begin_tls(layers, key, begun, segment.payload.text()))
      return fate_of_other(layers, key, segment.payload);
    found = add_stream(layers, key, segment.sequence);
    found->second.kind = kind.value_or(StreamKind::fresh);
    found->second.tls = std::move(begun.tls);
    found->second.tls_end = begun.tls_end;
  }
  TcpStream& stream = found->second;
  if (stream.tls != nullptr) note_tls_packet(layers, stream, segment.payload);
  stream.last_ns = layers.packet->time_ns;
  if (segment.has(kAck)) {
    stream.acknowledged = segment.acknowledged;
    stream.acknowledged_ns = layers.packet->time_ns;
    stream.acknowledged_frame = layers.packet->frame;
  }
  const size_t before = stream.buffered();
  StreamMessages messages(layers, ip, key, stream);
  const Fate fate = order(layers, key, stream, segment, messages);
  layers.tcp_buffered += stream.buffered() - before;
  if (stream.tls != nullptr && stream.tls->is_closed_book()) forget(layers, found);
  return fate;
}

// At the end of the capture, delivers the segments behind gaps with the times of their packets.
void flush(Layers& layers, const TcpKey& key, TcpStream& stream) {
  if (stream.ahead.empty()) return;
  if (stream.kind == StreamKind::fresh && stream.tls == nullptr) {
    const auto kind = stream_kind(stream.ahead.begin()->second.bytes);
    if (!kind) return;
    stream.kind = *kind;
  }
  const IpHeader ip{key.src.ip, key.dst.ip, 0, 0, 0};
  StreamMessages messages(layers, ip, key, stream);
  while (!stream.ahead.empty()) {
    const TcpSegment& first = stream.ahead.begin()->second;
    if (distance(stream.next, first.sequence) > 0) {
      messages.lose(first, is_acknowledged(layers, key, first.sequence));
      stream.next = first.sequence;
    }
    Packet packet;
    packet.time_ns = first.time_ns;
    packet.frame = first.frame;
    packet.source = first.source;
    packet.point = first.point;
    layers.packet = &packet;
    deliver_first(layers, stream, messages);
  }
  layers.packet = nullptr;
}

// Notes a gap at the end of a direction: the other one has acknowledged more than was captured. One
// byte more is no gap, since a FIN counts as one.
void find_unseen_end(Layers& layers, const TcpKey& key, const TcpStream& stream) {
  const auto back = layers.tcp.find(TcpKey{key.dst, key.src});
  if (back == layers.tcp.end() || !back->second.acknowledged || !stream.ahead.empty()) return;
  const TcpStream& receiver = back->second;
  const int32_t unseen = distance(stream.next, *receiver.acknowledged);
  if (receiver.kind == StreamKind::fresh || unseen <= 1 || unseen > kOtherConnection) return;
  layers.note(Oddity::tcp_gap_acknowledged);
  if (layers.tcp_gaps.size() >= kMaxTcpGaps) return;
  layers.tcp_gaps.push_back({key.src, key.dst, stream.known_ns, receiver.acknowledged_ns,
                             stream.known_frame, receiver.acknowledged_frame,
                             static_cast<uint32_t>(unseen), true});
}

void note_keepalive(Layers& layers, const TcpKey& key, const View& payload) {
  const auto stream = layers.tcp.find(key);
  const bool tls = stream != layers.tcp.end() && stream->second.tls != nullptr;
  Datagram& keepalive = layers.note_keepalive(key.src, key.dst);
  keepalive.transport = tls ? Transport::tls : Transport::tcp;
  keepalive.payload = tls && !layers.kept.empty() ? layers.kept.back() : payload.text();
}

}  // namespace

Fate decode_tcp(Layers& layers, const IpHeader& ip, const View& view) {
  if (view.size < 20) return Fate::ip_truncated;
  layers.note_part(PartKind::tcp, view);
  const uint8_t* p = view.data;
  const size_t header = size_t{p[12]} / 16 * 4;
  if (header < 20) return Fate::tcp_malformed;
  if (header > view.size) return view.missing > 0 ? Fate::ip_truncated : Fate::tcp_malformed;
  Segment segment{be32(p + 4), be32(p + 8), p[13], view.sub(header)};
  const TcpKey key{{ip.src, be16(p)}, {ip.dst, be16(p + 2)}};
  if (segment.has(kSyn)) segment.sequence++;
  if (segment.has(kSyn | kRst)) {
    note_refusal(layers, key, segment);
    begin_or_end(layers, key, segment);
  }
  if (segment.has(kAck) && layers.last_ahead_ns != 0) {
    skip_acknowledged_gap(layers, ip, key, segment.acknowledged);
  }
  if (layers.last_resent_ns != 0) note_reply(layers, key);
  if (segment.has(kFin | kRst) && !layers.tls.empty())
    layers.tls.note_close(key.src, key.dst, segment.has(kRst), layers.place());
  if (segment.payload.size == 0) return Fate::tcp_empty;
  const Fate fate = decode_segment(layers, ip, key, segment);
  if (fate == Fate::tcp_keepalive) note_keepalive(layers, key, segment.payload);
  return fate;
}

void finish_tcp(Layers& layers) {
  std::vector<Streams::pointer> waiting;
  for (auto& stream : layers.tcp) waiting.push_back(&stream);
  std::sort(waiting.begin(), waiting.end(), [](const auto* a, const auto* b) {
    return std::tie(a->first.src, a->first.dst) < std::tie(b->first.src, b->first.dst);
  });
  for (auto* stream : waiting) note_stall(layers, stream->first, stream->second);
  for (auto* stream : waiting) find_unseen_end(layers, stream->first, stream->second);
  for (auto* stream : waiting) flush(layers, stream->first, stream->second);
  take_new_keys(layers);
  for (auto* stream : waiting) finish_tls(layers, stream->first, stream->second);
  layers.tls_waiting.clear();
  layers.tcp.clear();
  layers.tcp_buffered = 0;
}

}  // namespace sipladder
