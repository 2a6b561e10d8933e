// TCP segments put in order, SIP messages cut out by Content-Length (RFC 3261 18.3). A gap is an oddity: the next start-line is
// found again, nothing is spliced. Bounds: kMaxStreams directions, kMaxMessage, kMaxAhead per direction.
#include <algorithm>

#include "decode/layers.h"
#include "decode/sip_message.h"

namespace sipladder {
namespace {

constexpr size_t kMaxStreams = 16'384;
constexpr size_t kMaxMessage = 1 << 20;
constexpr size_t kMaxAhead = 256 << 10;
constexpr int64_t kMaxGapNs = 2'000'000'000;  // a segment that has not come by then was not captured

bool is_tls(const View& view) {
  return view.size >= 5 && view.data[0] >= 20 && view.data[0] <= 23 && view.data[1] == 3 && view.data[2] <= 4;
}

int32_t distance(uint32_t from, uint32_t to) { return static_cast<int32_t>(to - from); }

// What one segment's arrival makes known; the emitter of messages.
class Segment {
 public:
  Segment(Layers& layers, const IpHeader& ip, uint16_t src_port, uint16_t dst_port, TcpStream& stream)
      : layers_(layers), ip_(ip), src_port_(src_port), dst_port_(dst_port), stream_(stream) {}

  // Bytes that follow those before.
  void deliver(const View& view) {
    if (stream_.pending.empty()) {
      deliver_whole(view);
      return;
    }
    stream_.pending.append(view.text());
    cut_pending();
  }

  void lose() {  // a gap that will not be filled
    layers_.note(Oddity::tcp_gap);
    stream_.pending.clear();
  }

 private:
  // Whole messages of this packet alone stay where they are; only a rest is copied.
  void deliver_whole(View view) {
    while (view.size > 0) {
      if (!find_start(&view)) return;
      const SipFrame frame = frame_sip(view.text());
      if (frame.length == 0) {
        keep(view);
        return;
      }
      emit(view.sub(frame.skip, frame.length));
      view = view.sub(frame.skip + frame.length);
    }
  }

  // Moves *view to the next SIP start-line; false when this segment has none.
  bool find_start(View* view) {
    const SipFrame frame = frame_sip(view->text());
    if (!frame.bad) {
      const bool empty = frame.skip == view->size;
      keepalive_ = keepalive_ || empty;
      return !empty && (stream_.is_sip || looks_like_sip(view->text()));
    }
    if (stream_.is_sip) layers_.note(Oddity::tcp_resync);
    for (size_t at = view->text().find('\n'); at != std::string_view::npos; at = view->text().find('\n', at + 1)) {
      if (!looks_like_sip(view->text().substr(at + 1))) continue;
      *view = view->sub(at + 1);
      return true;
    }
    return false;
  }

  void keep(const View& view) {
    stream_.is_sip = true;
    stream_.pending.assign(view.text());
    waiting_ = true;
  }

  void cut_pending() {
    size_t done = 0;
    const std::string bytes = std::move(stream_.pending);
    stream_.pending.clear();
    while (done < bytes.size()) {
      const std::string_view rest = std::string_view(bytes).substr(done);
      const SipFrame frame = frame_sip(rest);
      if (frame.bad || rest.size() > kMaxMessage + (64 << 10) || frame.needed > kMaxMessage) {
        layers_.note(frame.bad ? Oddity::tcp_resync : Oddity::tcp_message_too_long);
        return;
      }
      if (frame.length == 0) {
        stream_.pending.assign(rest);
        waiting_ = true;
        return;
      }
      layers_.kept.emplace_back(rest.substr(frame.skip, frame.length));
      const std::string& message = layers_.kept.back();
      const PacketRef ref = layers_.log.append_assembled(message);
      emit({reinterpret_cast<const uint8_t*>(message.data()), message.size(), ref, false});
      done += frame.skip + frame.length;
    }
  }

  void emit(const View& message) {
    stream_.is_sip = true;
    Datagram datagram = layers_.datagram(ip_, src_port_, dst_port_, message);
    datagram.kind = PayloadKind::message;
    datagram.transport = Transport::tcp;
    layers_.out->push_back(datagram);
  }

  Layers& layers_;
  const IpHeader& ip_;
  uint16_t src_port_;
  uint16_t dst_port_;
  TcpStream& stream_;

 public:
  bool waiting_ = false;
  bool keepalive_ = false;
};

void store_ahead(Layers& layers, TcpStream& stream, uint32_t sequence, const View& view) {
  if (stream.ahead.empty()) stream.gap_since_ns = layers.packet->time_ns;
  for (const TcpSegment& segment : stream.ahead) {
    if (segment.sequence == sequence) return;
  }
  stream.ahead_bytes += view.size;
  stream.ahead.push_back({sequence, std::string(view.text())});
}

// Delivers what now follows; after a gap that will not fill, goes on behind it.
void deliver_ahead(Layers& layers, TcpStream& stream, Segment& segment) {
  while (!stream.ahead.empty()) {
    auto first = std::min_element(stream.ahead.begin(), stream.ahead.end(), [&](const TcpSegment& a, const TcpSegment& b) {
      return distance(stream.next, a.sequence) < distance(stream.next, b.sequence);
    });
    const int32_t gap = distance(stream.next, first->sequence);
    if (gap > 0) {
      const bool lost = stream.ahead_bytes > kMaxAhead || layers.packet->time_ns - stream.gap_since_ns > kMaxGapNs;
      if (!lost) return;
      segment.lose();
      stream.next = first->sequence;
      stream.gap_since_ns = layers.packet->time_ns;
      continue;
    }
    TcpSegment taken = std::move(*first);
    stream.ahead.erase(first);
    stream.ahead_bytes -= taken.bytes.size();
    const auto known = static_cast<size_t>(-int64_t{gap});
    if (known >= taken.bytes.size()) continue;
    layers.kept.push_back(taken.bytes.substr(known));
    const std::string& bytes = layers.kept.back();
    stream.next += static_cast<uint32_t>(bytes.size());
    const PacketRef ref = layers.log.append_assembled(bytes);
    segment.deliver({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), ref, false});
  }
}

void evict(Layers& layers) {
  // Rare: the oldest half goes in one sweep, so that the cost per stream stays constant.
  std::vector<int64_t> times;
  for (const auto& [key, stream] : layers.tcp) times.push_back(stream.last_ns);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  const int64_t median = times[times.size() / 2];
  absl::erase_if(layers.tcp, [&](const auto& entry) { return entry.second.last_ns <= median; });
  layers.note(Oddity::tcp_streams_evicted);
}

}  // namespace

Fate decode_tcp(Layers& layers, const IpHeader& ip, View view) {
  if (view.size < 20) return Fate::ip_truncated;
  const uint8_t* p = view.data;
  const size_t header = size_t{p[12]} / 16 * 4;
  if (header < 20 || header > view.size) return Fate::tcp_malformed;
  const uint8_t flags = p[13];
  const uint16_t src_port = be16(p);
  const uint16_t dst_port = be16(p + 2);
  uint32_t sequence = be32(p + 4);
  View payload = view.sub(header);
  const TcpKey key{{ip.src, src_port}, {ip.dst, dst_port}};
  if ((flags & 0x06U) != 0) layers.tcp.erase(key);  // SYN or RST: what came before is another connection
  if (payload.size == 0) return Fate::tcp_empty;
  if ((flags & 0x02U) != 0) sequence++;

  auto found = layers.tcp.find(key);
  if (found == layers.tcp.end()) {
    const bool sip = looks_like_sip(payload.text());
    if (!sip && is_tls(payload)) return Fate::tls;
    if (!sip && payload.text().find("SIP/2.0") == std::string_view::npos) return Fate::tcp_other;
    if (layers.tcp.size() >= kMaxStreams) evict(layers);
    found = layers.tcp.emplace(key, TcpStream{}).first;
  }
  TcpStream& stream = found->second;
  stream.last_ns = layers.packet->time_ns;
  if (!stream.synced) {
    stream.synced = true;
    stream.next = sequence;
  }
  const int32_t gap = distance(stream.next, sequence);
  if (gap < 0) {
    const auto known = static_cast<size_t>(-int64_t{gap});
    if (known >= payload.size) return Fate::tcp_resent;
    payload = payload.sub(known);
  }
  Segment segment(layers, ip, src_port, dst_port, stream);
  if (gap > 0) {
    store_ahead(layers, stream, sequence, payload);
  } else {
    stream.next += static_cast<uint32_t>(payload.size);
    segment.deliver(payload);
  }
  deliver_ahead(layers, stream, segment);
  if (segment.keepalive_ && !segment.waiting_) return Fate::tcp_keepalive;
  return segment.waiting_ || gap > 0 ? Fate::tcp_waiting : Fate::tcp_other;
}

}  // namespace sipladder
