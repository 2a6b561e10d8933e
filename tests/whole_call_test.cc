// A call is the same call in whatever it is carried: one small call with media, captured through
// every encapsulation and over every transport, gives the rows that its plain capture gives.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>

#include "query/database.h"
#include "query/session.h"
#include "tests/support/encapsulations.h"
#include "tests/support/hep_builder.h"
#include "tests/support/packet_builder.h"

namespace sipladder {
namespace {

using namespace build;

constexpr int64_t kStart_ns = 1'700'000'000'000'000'000;
constexpr int64_t kMillisecond = 1'000'000;

struct Party {
  std::string name, address;
  uint16_t sip_port, rtp_port;
  uint32_t ssrc;

  bool is_ipv6() const { return address.find(':') != std::string::npos; }
  std::string host() const { return is_ipv6() ? "[" + address + "]" : address; }
};
using Parties = std::array<Party, 2>;  // caller, callee
const Parties kIpv4 = {
    {{"alice", "192.0.2.101", 5062, 4000, 0xA11CE}, {"bob", "198.51.100.7", 5060, 6000, 0xB0B}}};
const Parties kIpv6 = {
    {{"alice", "2001:db8::101", 5062, 4000, 0xA11CE}, {"bob", "2001:db8:1::7", 5060, 6000, 0xB0B}}};

struct Sent {
  int64_t time_ns;
  size_t from;  // index into Parties
  bool is_media;
  std::string payload;
};
struct Call {
  Parties parties;
  std::vector<Sent> sent;
};

// ---- The call

std::string sdp_of(const Party& party) {
  const std::string address = (party.is_ipv6() ? "IN IP6 " : "IN IP4 ") + party.address;
  return "v=0\r\no=- 1 1 " + address + "\r\ns=-\r\nc=" + address + "\r\nt=0 0\r\nm=audio " +
         std::to_string(party.rtp_port) + " RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\n";
}

std::string message(const Call& call, const std::string& via, const std::string& start,
                    const std::string& cseq, const std::string& more = "",
                    const std::string& body = "") {
  const bool trying = start.find(" 100 ") != std::string::npos;
  const bool tagged = !trying && start.find("INVITE ") != 0;
  return start + "\r\nVia: SIP/2.0/" + via + " " + call.parties[0].host() +
         ":5062;branch=z9hG4bK-" + cseq.substr(0, cseq.find(' ')) +
         (start.find("ACK ") == 0 ? "a" : "") +
         "\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a1\r\n"
         "To: <sip:bob@example.com>" +
         (tagged ? ";tag=b1" : "") + "\r\nCall-ID: whole-call@example.com\r\nCSeq: " + cseq +
         "\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void add_signalling(Call* call, const std::string& via) {
  const std::string uri = "sip:bob@" + call->parties[1].host();
  const auto with_sdp = [&](size_t party) {
    const Party& p = call->parties[party];
    return "Contact: <sip:" + p.name + "@" + p.host() + ":" + std::to_string(p.sip_port) +
           ">\r\nContent-Type: application/sdp\r\n";
  };
  const auto add = [&](int64_t at_ms, size_t from, const std::string& text) {
    call->sent.push_back({kStart_ns + at_ms * kMillisecond, from, false, text});
  };
  add(0, 0,
      message(*call, via, "INVITE " + uri + " SIP/2.0", "1 INVITE", with_sdp(0),
              sdp_of(call->parties[0])));
  add(5, 1, message(*call, via, "SIP/2.0 100 Trying", "1 INVITE"));
  add(80, 1, message(*call, via, "SIP/2.0 180 Ringing", "1 INVITE"));
  add(900, 1,
      message(*call, via, "SIP/2.0 200 OK", "1 INVITE", with_sdp(1), sdp_of(call->parties[1])));
  add(920, 0, message(*call, via, "ACK " + uri + " SIP/2.0", "1 ACK"));
  add(2300, 0, message(*call, via, "BYE " + uri + " SIP/2.0", "2 BYE"));
  add(2310, 1, message(*call, via, "SIP/2.0 200 OK", "2 BYE"));
}

// 60 packets each way; of the callee's the network loses every tenth, so that the call has a
// finding to keep.
void add_media(Call* call) {
  for (unsigned i = 0; i < 60; i++) {
    for (const size_t from : {size_t{0}, size_t{1}}) {
      if (from == 1 && i % 10 == 5) continue;
      std::string voice;
      for (unsigned k = 0; k < 160; k++) {
        voice += static_cast<char>((i * 160 + k) * 2654435761U >> 24);
      }
      const int64_t at_ms = 930 + int64_t{20} * i + static_cast<int64_t>(from);
      call->sent.push_back({kStart_ns + at_ms * kMillisecond, from, true,
                            number16(i == 0 ? 0x8088 : 0x8008) + number16(700 + i) +
                                number32(160 * i) + number32(call->parties[from].ssrc) + voice});
    }
  }
}

Call make_call(const Parties& parties, const std::string& via = "UDP") {
  Call call{parties, {}};
  add_signalling(&call, via);
  add_media(&call);
  std::stable_sort(call.sent.begin(), call.sent.end(),
                   [](const Sent& a, const Sent& b) { return a.time_ns < b.time_ns; });
  return call;
}

// ---- The call as IP packets

using Packets = std::vector<TimedPacket>;

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

Packets plain(const Call& call) {
  Carrier carrier(call);
  for (const Sent& sent : call.sent) carrier.add_plain(sent);
  return carrier.packets;
}

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
    const Sent opening{kStart_ns - kMillisecond, from, false, ""};
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

const struct {
  const char* name;
  const char* via;
  const char* transport;
  Packets (*carry)(const Call&);
} kTransports[] = {
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

// ---- What is seen of it

// Rows of each query: cells with their columns' names.
using Rows = std::vector<std::string>;
using Seen = std::map<std::string, Rows>;

Rows rows_of(Database& database, const std::string& sql) {
  std::vector<std::string> names;
  Rows rows;
  const std::string error = database.run(
      sql,
      [&](const std::vector<ResultColumn>& columns) {
        for (const ResultColumn& column : columns) names.push_back(column.name);
      },
      [&](const std::vector<Value>& cells) {
        std::string row;
        for (size_t i = 0; i < cells.size(); i++) {
          const Value& cell = cells[i];
          row += names[i] + "=";
          if (cell.type == Value::Type::integer) row += std::to_string(cell.integer);
          if (cell.type == Value::Type::real) row += std::to_string(cell.real);
          if (cell.type == Value::Type::text) row += cell.text;
          row += "\n";
        }
        rows.push_back(row);
        return true;
      });
  EXPECT_EQ(error, "");
  return rows;
}

Seen seen_in(const std::string& capture, const std::vector<std::string>& queries) {
  const int fd = memfd_create("whole_call", 0);
  EXPECT_EQ(write(fd, capture.data(), capture.size()), static_cast<ssize_t>(capture.size()));
  Session session;
  std::vector<std::string> errors;
  auto source = open_captures({"/proc/self/fd/" + std::to_string(fd)}, {}, session.log, &errors);
  close(fd);
  EXPECT_TRUE(errors.empty()) << errors[0];
  if (source == nullptr) return {};
  session.set_source(std::move(source));
  session.run();
  Reader reader(session.model, session.log, session.analyst);
  Database database(reader);
  Seen seen;
  for (const std::string& query : queries) seen[query] = rows_of(database, query);
  return seen;
}

// All that is known of the call: where the bytes stood in the capture is in no table.
const std::vector<std::string> kEverything = {
    "SELECT * FROM calls",    "SELECT * FROM messages",      "SELECT * FROM transactions",
    "SELECT * FROM dialogs",  "SELECT * FROM sdp",           "SELECT * FROM streams",
    "SELECT * FROM findings", "SELECT * FROM endpoints",     "SELECT * FROM vias",
    "SELECT * FROM headers",  "SELECT * FROM registrations", "SELECT * FROM subscriptions"};

// What no transport changes: the numbers of packets, Via and the size of messages are left out.
const std::vector<std::string> kOfTheCall = {
    "SELECT call_id,kind,caller,callee,state,final_status,ended_by,scenario,messages,"
    "retransmissions,dialogs,transactions,audio,audio_lost_toward,audio_cause,codec,mos,start_ns,"
    "end_ns,ring_ns,answer_ns,src,src_port,dst,dst_port,findings,worst FROM calls",
    "SELECT call,dialog,from_party,src,src_port,dst,dst_port,ssrc,codec,packets,bytes,expected,"
    "lost,late,duplicates,first_ns,last_ns,dst_advertised,src_advertised,dscp FROM streams",
    "SELECT time_ns,src,src_port,dst,dst_port,method,status,cseq,call_id,to_tag,has_sdp,"
    "retransmission_of,malformed FROM messages",
    "SELECT code,severity,call,stream,confidence FROM findings"};

std::string capture_of(const Packets& packets, const Encapsulation& row) {
  Packets wrapped;
  for (const TimedPacket& packet : packets) {
    wrapped.push_back({packet.time_ns, row.wrap(packet.bytes)});
  }
  return pcap(wrapped, row.link_type);
}

void expect_the_same(const Seen& seen, const Seen& expected) {
  for (const auto& [query, rows] : expected) EXPECT_EQ(seen.at(query), rows) << query;
}

TEST(WholeCall, IsWhatItIsMeantToBe) {
  const std::string of_call =
      "SELECT call_id||' '||caller||' '||callee||' '||state||' '||scenario||' '||messages||' '||"
      "retransmissions||' '||dialogs||' '||transactions||' '||audio||' '||codec AS it FROM calls";
  const std::string of_streams =
      "SELECT ssrc||' '||codec||' '||packets||' '||lost AS it FROM streams";
  const std::string of_findings = "SELECT code AS it FROM findings";
  for (const Parties& parties : {kIpv4, kIpv6}) {
    const Seen seen =
        seen_in(pcap(plain(make_call(parties)), 101), {of_call, of_streams, of_findings});
    EXPECT_EQ(seen.at(of_call),
              Rows{"it=whole-call@example.com alice bob completed basic 7 0 1 3 two-way PCMA\n"});
    EXPECT_EQ(seen.at(of_streams),
              (Rows{"it=0x000A11CE PCMA 60 0\n", "it=0x00000B0B PCMA 54 6\n"}));
    EXPECT_EQ(seen.at(of_findings), (Rows{"it=rtp-mos\n", "it=dialog-short\n"}));
  }
}

void expect_the_same_in(const std::vector<Encapsulation>& rows, const Parties& parties) {
  const Packets packets = plain(make_call(parties));
  const Seen expected = seen_in(pcap(packets, 101), kEverything);
  for (const Encapsulation& row : rows) {
    SCOPED_TRACE(row.name);
    expect_the_same(seen_in(capture_of(packets, row), kEverything), expected);
  }
}

TEST(WholeCall, InEveryEncapsulation) {
  expect_the_same_in(encapsulations(), kIpv4);
}

TEST(WholeCall, InEveryEncapsulationOfIpv6) {
  expect_the_same_in(ipv6_encapsulations(), kIpv6);
}

TEST(WholeCall, OverEveryTransport) {
  for (const Parties& parties : {kIpv4, kIpv6}) {
    const Seen expected = seen_in(pcap(plain(make_call(parties)), 101), kOfTheCall);
    for (const auto& row : kTransports) {
      SCOPED_TRACE(std::string(row.name) + " to " + parties[1].address);
      const std::string capture = pcap(row.carry(make_call(parties, row.via)), 101);
      expect_the_same(seen_in(capture, kOfTheCall), expected);
      EXPECT_EQ(seen_in(capture, {"SELECT DISTINCT transport FROM messages"}).begin()->second,
                Rows{"transport=" + std::string(row.transport) + "\n"});
    }
  }
}

// A tunnel carries segments and fragments as it carries datagrams.
TEST(WholeCall, TransportsInATunnel) {
  const Seen expected = seen_in(pcap(plain(make_call(kIpv4)), 101), kOfTheCall);
  for (const auto& row : kTransports) {
    const Packets packets = row.carry(make_call(kIpv4, row.via));
    SCOPED_TRACE(row.name);
    expect_the_same(seen_in(capture_of(packets, encapsulations().back()), kOfTheCall), expected);
  }
}

}  // namespace
}  // namespace sipladder
