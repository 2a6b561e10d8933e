// Shapes with TCP segments and IP fragments that are kept until more of them comes.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

constexpr uint8_t kSyn = 0x02;

std::string beginning(int i) {
  return "INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK" +
         std::to_string(i) + "\r\n";
}
Host client(Capture& out, int i) {
  return out.random_host(static_cast<uint16_t>(1024 + i % 32'768));
}

void connections(Capture& out, int n) {
  for (int i = 0; i < n; i++) out.tcp(client(out, i), kBob, out.random(), {}, kSyn);
}

void halves(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const Host from = client(out, i);
    const uint32_t first = out.random();
    out.tcp(from, kBob, first, {}, kSyn);
    out.tcp(from, kBob, first + 1, beginning(i));
  }
}

// Messages of 56 kB that never end.
void unending(Capture& out, int n) {
  for (int i = 0; i < n; i++)
    out.tcp_stream(client(out, i), kBob, beginning(i) + "X: " + std::string(56'000, 'x'));
}

// Segments of one byte with a hole before each, at `apart` different places in turn.
void holes(Capture& out, int n, int apart) {
  out.step(1'000);
  const std::string begun = beginning(0) + "X: ";
  out.tcp(kAlice, kBob, 1, begun);
  const uint32_t next = 1 + static_cast<uint32_t>(begun.size());
  for (int i = 0; i < n; i++)
    out.tcp(kAlice, kBob, next + 2 + 2 * static_cast<uint32_t>(i % apart), "a");
}
void many_holes(Capture& out, int n) {
  holes(out, n, 60'000);
}
void same_holes(Capture& out, int n) {
  holes(out, n, 3'000);
}

// One message whose headers come in small segments.
void growing_headers(Capture& out, int n) {
  out.step(1'000);
  std::string text = beginning(0);
  for (int i = 0; i < n; i++) text += "X-Line: 12345678\r\n";
  out.tcp_stream(kAlice, kBob, text, 18);
}
void growing_line(Capture& out, int n) {
  out.step(1'000);
  out.tcp_stream(kAlice, kBob, beginning(0) + "X: " + std::string(static_cast<size_t>(n) * 8, 'x'),
                 8);
}
void growing_body(Capture& out, int n) {
  out.step(1'000);
  Sip message;
  message.method = "MESSAGE";
  message.sdp.assign(static_cast<size_t>(n) * 8, 'x');
  out.tcp_stream(kAlice, kBob, message.text(), 8);
}
// One command of a relay that may end with each segment.
void growing_command(Capture& out, int n) {
  out.step(1'000);
  std::string text = "1_1 d7:command5:offer";
  for (int i = 0; i < n; i++) text += "1:e1:e";
  out.tcp_stream(kAlice, kBob, text, 6);
}
// Start-lines one after the other, and no end of headers.
void start_lines(Capture& out, int n) {
  out.step(1'000);
  std::string text;
  for (int i = 0; i < n; i++) text += "INVITE sip:bob@example.org SIP/2.0\r\n";
  out.tcp_stream(kAlice, kBob, text);
}

void first_fragments(Capture& out, int n) {
  const std::string sip = big_endian(5060, 2) + big_endian(5060, 2) + std::string(4, '\0') +
                          beginning(0) + std::string(1376, 'x');
  for (int i = 0; i < n; i++) {
    const auto id = static_cast<uint16_t>(out.random());
    out.ip(out.random(), kBob.ip, 17, std::string_view(sip).substr(0, sip.size() / 8 * 8), 0x2000,
           id);
  }
}
void last_fragments(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const auto id = static_cast<uint16_t>(out.random());
    out.ip(out.random(), kBob.ip, 17, "12345678", 0x2000 | 8190, id);
  }
}

}  // namespace

const std::vector<Shape> kTransportShapes = {
    {"tcp-syns", "connections", 16'000, connections},
    {"tcp-halves", "beginnings of messages", 16'000, halves},
    {"tcp-unending", "messages without end", 400, unending},
    {"tcp-holes", "segments behind a hole", 16'000, many_holes},
    {"tcp-same-holes", "segments behind a hole, again and again", 16'000, same_holes},
    {"tcp-headers", "segments of one message's headers", 16'000, growing_headers},
    {"tcp-line", "segments of one header line", 16'000, growing_line},
    {"tcp-body", "segments of one body", 16'000, growing_body},
    {"tcp-command", "segments of one command of a relay", 16'000, growing_command},
    {"tcp-start-lines", "start-lines without headers", 32'000, start_lines},
    {"fragments", "first fragments", 8'000, first_fragments},
    {"last-fragments", "last fragments", 8'000, last_fragments},
};

}  // namespace sipladder::growth
