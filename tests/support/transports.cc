#include "tests/support/transports.h"

#include <algorithm>

#include "tests/support/hep_builder.h"

namespace sipladder::build {
namespace {

class Carrier {
 public:
  explicit Carrier(const Call& call) : call_(call) {}

  Packets packets;

  const Party& source(const Sent& sent) const { return call_.parties[sent.from]; }
  const Party& target(const Sent& sent) const { return call_.parties[1 - sent.from]; }

  std::string datagram(const Sent& sent) const {
    const Party& src = source(sent);
    const Party& dst = target(sent);
    return sent.is_media ? udp(sent.payload, src.address, dst.address, src.rtp_port, dst.rtp_port)
                         : udp(sent.payload, src.address, dst.address, src.sip_port, dst.sip_port);
  }
  void add_ip(const Sent& sent, const std::string& payload, uint8_t protocol) {
    packets.push_back({sent.time_ns, ip(payload, protocol, source(sent).address,
                                        target(sent).address, ++ip_id_)});
  }
  void add_plain(const Sent& sent) { add_ip(sent, datagram(sent), 17); }
  void add_segment(const Sent& sent, const std::string& payload, uint32_t sequence,
                   uint8_t flags = 0x18) {
    const Party& src = source(sent);
    const Party& dst = target(sent);
    add_ip(sent,
           tcp(payload, {sequence, 0, flags}, src.address, dst.address, src.sip_port, dst.sip_port),
           6);
  }
  void add_fragment(const Sent& sent, const std::string& part, size_t at, bool more) {
    const std::string& src = source(sent).address;
    const std::string& dst = target(sent).address;
    const auto id = static_cast<uint16_t>(sent.time_ns / kMillisecond);
    packets.push_back({sent.time_ns, source(sent).is_ipv6()
                                         ? ipv6_fragment(part, 17, src, dst, id, at, more)
                                         : ipv4_fragment(part, 17, src, dst, id, at, more)});
  }

 private:
  const Call& call_;
  uint16_t ip_id_ = 100;
};

enum class Order : uint8_t { forward, backward };

// Where the parts of `size` bytes begin.
std::vector<size_t> parts_of(const std::string& bytes, size_t size, Order order) {
  std::vector<size_t> at;
  for (size_t i = 0; i < bytes.size(); i += size) at.push_back(i);
  if (order == Order::backward) std::reverse(at.begin(), at.end());
  return at;
}

// Segments of `size` bytes, in one order or the other within each message. `frame` puts a message
// into what goes into the stream. The callee's sequence numbers wrap on the way.
template <typename Frame>
Packets over_tcp(const Call& call, size_t size, Order order, Frame frame,
                 const std::array<std::string, 2>& greeting = {}) {
  Carrier carrier(call);
  std::array<uint32_t, 2> next = {1000, 0xFFFFFF80};
  const auto stream = [&](const Sent& sent, const std::string& bytes) {
    for (const size_t at : parts_of(bytes, size, order)) {
      carrier.add_segment(sent, bytes.substr(at, size),
                          next[sent.from] + static_cast<uint32_t>(at));
    }
    next[sent.from] += static_cast<uint32_t>(bytes.size());
  };
  for (const size_t from : {size_t{0}, size_t{1}}) {
    const Sent opening{kCallStartNs - kMillisecond, from, false, ""};
    carrier.add_segment(opening, "", next[from] - 1, from == 0 ? 0x02 : 0x12);
    stream(opening, greeting[from]);
  }
  for (const Sent& sent : call.sent) {
    if (sent.is_media) {
      carrier.add_plain(sent);
    } else {
      stream(sent, frame(sent));
    }
  }
  return carrier.packets;
}

Packets over_bare_tcp(const Call& call, size_t size, Order order = Order::forward) {
  return over_tcp(call, size, order, [](const Sent& sent) { return sent.payload; });
}

Packets over_websocket(const Call& call, size_t size, Order order = Order::forward) {
  return over_tcp(
      call, size, order,
      [](const Sent& sent) {
        return websocket_frame(0x81, sent.payload,
                               sent.from == 0 ? Masking::masked : Masking::plain);
      },
      {"GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       "Sec-WebSocket-Protocol: sip\r\n\r\n",
       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"});
}

// A packet for every DATA chunk. The callee's numbers wrap on the way: a table of numbers seen,
// filled with the complement of the first one, once took the number behind the wrap for a copy.
Packets over_sctp(const Call& call, size_t size, Order order = Order::forward) {
  Carrier carrier(call);
  std::array<uint32_t, 2> next = {1, 0xFFFFFFFE};
  for (const Sent& sent : call.sent) {
    if (sent.is_media) {
      carrier.add_plain(sent);
      continue;
    }
    const std::string ports = number16(carrier.source(sent).sip_port) +
                              number16(carrier.target(sent).sip_port) + number32(1) + number32(2);
    for (const size_t at : parts_of(sent.payload, size, order)) {
      const int flags = (at == 0 ? 2 : 0) | (at + size >= sent.payload.size() ? 1 : 0);
      const auto tsn = next[sent.from] + static_cast<uint32_t>(at / size);
      carrier.add_ip(sent, ports + sctp_data(flags, tsn, sent.payload.substr(at, size)), 132);
    }
    next[sent.from] += static_cast<uint32_t>((sent.payload.size() + size - 1) / size);
  }
  return carrier.packets;
}

enum class Mirrored : uint8_t { signalling, everything };

// As a server copies it to a collector.
Packets over_hep(const Call& call, Mirrored mirrored,
                 std::string (*hep)(std::string_view, const HepFields&)) {
  Carrier carrier(call);
  for (const Sent& sent : call.sent) {
    if (sent.is_media && mirrored == Mirrored::signalling) {
      carrier.add_plain(sent);
      continue;
    }
    const Party& src = carrier.source(sent);
    const Party& dst = carrier.target(sent);
    const HepFields fields{src.address,
                           dst.address,
                           sent.is_media ? src.rtp_port : src.sip_port,
                           sent.is_media ? dst.rtp_port : dst.sip_port,
                           17,
                           static_cast<uint32_t>(sent.time_ns / 1'000'000'000),
                           static_cast<uint32_t>(sent.time_ns / 1000 % 1'000'000)};
    const std::string copy =
        udp(hep(sent.payload, fields), "172.16.0.1", "172.16.0.2", 40000, 9060);
    carrier.packets.push_back({sent.time_ns, ip(copy, 17, "172.16.0.1", "172.16.0.2")});
  }
  return carrier.packets;
}

Packets in_fragments(const Call& call, size_t size, Order order = Order::forward) {
  Carrier carrier(call);
  for (const Sent& sent : call.sent) {
    const std::string whole = carrier.datagram(sent);
    for (const size_t at : parts_of(whole, size, order)) {
      carrier.add_fragment(sent, whole.substr(at, size), at, at + size < whole.size());
    }
  }
  return carrier.packets;
}

constexpr size_t kWhole = 1 << 16;

}  // namespace

Packets plain(const Call& call) {
  Carrier carrier(call);
  for (const Sent& sent : call.sent) carrier.add_plain(sent);
  return carrier.packets;
}

const std::vector<TransportRow>& transports() {
  static const std::vector<TransportRow> rows = {
      {"tcp", "TCP", "tcp", [](const Call& call) { return over_bare_tcp(call, kWhole); }},
      {"tcp in segments of 100 bytes", "TCP", "tcp",
       [](const Call& call) { return over_bare_tcp(call, 100); }},
      {"tcp reordered", "TCP", "tcp",
       [](const Call& call) { return over_bare_tcp(call, 100, Order::backward); }},
      {"websocket", "WS", "ws", [](const Call& call) { return over_websocket(call, kWhole); }},
      {"websocket in segments of 100 bytes", "WS", "ws",
       [](const Call& call) { return over_websocket(call, 100); }},
      {"websocket reordered", "WS", "ws",
       [](const Call& call) { return over_websocket(call, 100, Order::backward); }},
      {"sctp", "SCTP", "sctp", [](const Call& call) { return over_sctp(call, kWhole); }},
      {"sctp in chunks of 100 bytes", "SCTP", "sctp",
       [](const Call& call) { return over_sctp(call, 100); }},
      {"sctp reordered", "SCTP", "sctp",
       [](const Call& call) { return over_sctp(call, 100, Order::backward); }},
      {"hep 1", "UDP", "udp",
       [](const Call& call) { return over_hep(call, Mirrored::signalling, hep1); }},
      {"hep 2", "UDP", "udp",
       [](const Call& call) { return over_hep(call, Mirrored::signalling, hep2); }},
      {"hep 3", "UDP", "udp",
       [](const Call& call) { return over_hep(call, Mirrored::signalling, hep3); }},
      {"hep 3 packed", "UDP", "udp",
       [](const Call& call) { return over_hep(call, Mirrored::signalling, hep3_packed); }},
      {"hep 3 with media", "UDP", "udp",
       [](const Call& call) { return over_hep(call, Mirrored::everything, hep3); }},
      {"fragments", "UDP", "udp", [](const Call& call) { return in_fragments(call, 104); }},
      {"fragments reordered", "UDP", "udp",
       [](const Call& call) { return in_fragments(call, 104, Order::backward); }},
  };
  return rows;
}

}  // namespace sipladder::build
