// TCP ordering, SIP framing, WebSocket.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>

#include "capture/packet_log.h"
#include "decode/decoder.h"
#include "tests/support/packet_builder.h"

namespace sipladder::tcp_test {
namespace {

using namespace build;

const std::string kA = "10.0.0.1";
const std::string kB = "192.0.2.9";
constexpr int64_t kSecond = 1'000'000'000;

class Tcp : public ::testing::Test {
 protected:
  Fate send(uint32_t sequence, std::string_view payload, uint8_t flags = 0x18) {
    return decode(ip(tcp(payload, {sequence, 0, flags}, kA, kB), 6, kA, kB));
  }
  Fate answer(uint32_t acknowledged) {
    return decode(ip(tcp("", {1, acknowledged, 0x10}, kB, kA), 6, kB, kA));
  }
  Fate decode(const std::string& raw) {
    Packet one = packet(raw, 101, ++frame_, now_);
    one.ref = log_.append(raw);
    const Fate fate = decoder_.decode(one, &out_);
    for (const Datagram& datagram : out_) check(datagram);
    return fate;
  }
  void check(const Datagram& datagram) {
    messages_.emplace_back(datagram.payload);
    std::string again(datagram.payload);  // what was put together is stored by whoever keeps it
    ASSERT_TRUE(!datagram.ref.is_stored() || log_.read(datagram.ref, &again));
    EXPECT_EQ(again, datagram.payload);
    EXPECT_EQ(datagram.kind, PayloadKind::message);
    EXPECT_EQ(datagram.frame, frame_);
    EXPECT_EQ(to_string(datagram.src), "10.0.0.1:5060");
  }
  uint64_t count(Oddity oddity) const { return decoder_.oddities()[static_cast<size_t>(oddity)]; }

  PacketLog log_;
  Decoder decoder_;
  std::vector<Datagram> out_;
  std::vector<std::string> messages_;
  uint32_t frame_ = 0;
  int64_t now_ = kSecond;
};

using Messages = std::vector<std::string>;

TEST_F(Tcp, WholeAndPipelined) {
  const std::string one = sip_message("one", 4);
  const std::string two = sip_message("two");
  EXPECT_EQ(send(100, one + two), Fate::payload);
  EXPECT_EQ(messages_, (Messages{one, two}));
  EXPECT_EQ(out_[0].transport, Transport::tcp);
  EXPECT_EQ(send(100, one + two), Fate::tcp_resent);
}

TEST_F(Tcp, SplitAtEveryByte) {
  const std::string one = sip_message("split", 20);
  const std::string two = sip_message("next");
  uint32_t sequence = 0xFFFFFF00;  // wraps on the way
  EXPECT_EQ(send(sequence++, "", 0x02), Fate::tcp_empty);
  for (size_t at = 1; at < one.size(); at++) {
    messages_.clear();
    EXPECT_EQ(send(sequence, one.substr(0, at)), Fate::tcp_waiting) << at;
    sequence += static_cast<uint32_t>(at);
    EXPECT_EQ(send(sequence, one.substr(at) + two), Fate::payload);
    sequence += static_cast<uint32_t>(one.size() - at + two.size());
    ASSERT_EQ(messages_, (Messages{one, two})) << at;
  }
}

TEST_F(Tcp, GrowsInSmallSegments) {
  const std::string one = sip_message("one", 7), two = sip_message("two");
  const std::string text = one + "\r\n" + two;
  for (size_t size = 1; size < 5; size++) {
    messages_.clear();
    uint32_t sequence = 1 + 100'000 * static_cast<uint32_t>(size);
    constexpr size_t kBegun = 40;  // enough to tell what the connection carries
    send(sequence - 1, "", 0x02);
    send(sequence, text.substr(0, kBegun));
    for (size_t at = kBegun; at < text.size(); at += size)
      send(sequence + static_cast<uint32_t>(at), text.substr(at, size));
    ASSERT_EQ(messages_, (Messages{one, two})) << size;
  }
}

// It looks like a start-line until its end comes.
TEST_F(Tcp, GrowsToNoStartLine) {
  const std::string one = sip_message("one");
  const std::string text = "INVITE sip:" + std::string(300, 'x') + " HTTP/1.1\r\nA: b\r\n" + one;
  uint32_t sequence = 1;
  for (size_t at = 0; at < text.size(); at += 50) {
    send(sequence, text.substr(at, 50));
    sequence += 50;
  }
  EXPECT_EQ(messages_, Messages{one});
  EXPECT_EQ(count(Oddity::tcp_resync), 1U);
}

// Start-lines without an end of headers are given up by halves.
TEST_F(Tcp, HeadersThatNeverEnd) {
  const std::string line = "INVITE sip:bob@example.com SIP/2.0\r\n";
  std::string lines;
  while (lines.size() < 50'000) lines += line;
  uint32_t sequence = 1;
  for (int i = 0; i < 30; i++) {
    send(sequence, lines);
    sequence += static_cast<uint32_t>(lines.size());
  }
  EXPECT_GE(count(Oddity::tcp_resync) + count(Oddity::tcp_message_too_long), 1U);
  EXPECT_LE(count(Oddity::tcp_resync) + count(Oddity::tcp_message_too_long), 5U);
  const std::string one = sip_message("one");
  send(sequence, "\r\n\r\n" + one);
  ASSERT_FALSE(messages_.empty());
  EXPECT_EQ(messages_.back(), one);
}

TEST_F(Tcp, SegmentsAheadAreBounded) {
  const std::string one = sip_message("one");
  send(1, one);
  const auto next = static_cast<uint32_t>(1 + one.size());
  for (uint32_t i = 0; i < 10'000; i++) send(next + 2 + 2 * i, "x");
  EXPECT_GE(count(Oddity::tcp_gap), 1U);
}

TEST_F(Tcp, AnyOrderAfterSyn) {
  const std::string text = sip_message("order", 30) + sip_message("two");
  std::vector<size_t> parts = {0, 1, 2, 3};
  const size_t size = text.size() / 4 + 1;
  uint32_t start = 1000;
  do {
    messages_.clear();
    send(start - 1, "", 0x02);
    for (const size_t part : parts) {
      send(start + static_cast<uint32_t>(part * size), text.substr(part * size, size));
    }
    ASSERT_EQ(messages_, (Messages{sip_message("order", 30), sip_message("two")}));
    start += 5000;
  } while (std::next_permutation(parts.begin(), parts.end()));
  EXPECT_EQ(count(Oddity::tcp_gap), 0U);
}

TEST_F(Tcp, OverlapFirstWins) {
  const std::string text = sip_message("overlap", 10);
  EXPECT_EQ(send(1, text.substr(0, 50)), Fate::tcp_waiting);
  EXPECT_EQ(send(31, std::string(20, '?') + text.substr(50)), Fate::payload);
  EXPECT_EQ(messages_, Messages{text});
}

TEST_F(Tcp, KeepAlives) {
  const std::string text = sip_message("alive");
  const auto size = static_cast<uint32_t>(text.size());
  EXPECT_EQ(send(1, text), Fate::payload);
  EXPECT_EQ(send(1 + size, "\r\n\r\n"), Fate::tcp_keepalive);
  EXPECT_EQ(send(1 + size + 3, "\n"), Fate::tcp_resent);
  EXPECT_EQ(send(1 + size + 4, ""), Fate::tcp_empty);
  EXPECT_EQ(send(1 + size + 4, "\r\n" + text), Fate::payload);
  EXPECT_EQ(messages_, (Messages{text, text}));
}

TEST_F(Tcp, GapIsSkippedAndTheNextStartLineFound) {
  const std::string one = sip_message("one", 100);
  const std::string two = sip_message("two");
  const auto size = static_cast<uint32_t>(one.size());
  EXPECT_EQ(send(1, one.substr(0, 60)), Fate::tcp_waiting);
  EXPECT_EQ(send(121, one.substr(120) + "\r\n" + two), Fate::tcp_waiting);
  now_ += 3 * kSecond;
  EXPECT_EQ(send(1 + size + 2 + static_cast<uint32_t>(two.size()), two), Fate::payload);
  EXPECT_EQ(messages_, (Messages{two, two}));
  EXPECT_EQ(count(Oddity::tcp_gap), 1U);
  EXPECT_EQ(count(Oddity::tcp_resync), 1U);
}

TEST_F(Tcp, GapAtTheEndOfTheCapture) {
  const std::string text = sip_message("end");
  const auto size = static_cast<uint32_t>(text.size());
  send(0, "", 0x02);
  EXPECT_EQ(send(1 + size, text), Fate::tcp_waiting);
  EXPECT_EQ(send(1 + 2 * size, text), Fate::tcp_waiting);
  decoder_.finish(&out_);
  ASSERT_EQ(out_.size(), 2U);
  EXPECT_EQ(out_[0].payload, text);
  EXPECT_EQ(out_[0].frame, 2U);
  EXPECT_EQ(out_[1].frame, 3U);
  EXPECT_EQ(count(Oddity::tcp_gap), 1U);
  decoder_.finish(&out_);
  EXPECT_TRUE(out_.empty());
}

TEST_F(Tcp, GapAtTheEndOfOtherTraffic) {
  send(0, "", 0x02);
  EXPECT_EQ(send(100, "something else that is no SIP"), Fate::tcp_waiting);
  decoder_.finish(&out_);
  EXPECT_TRUE(out_.empty());
  EXPECT_EQ(count(Oddity::tcp_gap), 0U);
}

TEST_F(Tcp, AcknowledgedGapIsNotWaitedFor) {
  const std::string text = sip_message("ack");
  const auto size = static_cast<uint32_t>(text.size());
  EXPECT_EQ(send(1, text), Fate::payload);
  EXPECT_EQ(send(1 + 2 * size, text), Fate::tcp_waiting);
  EXPECT_EQ(answer(1 + size), Fate::tcp_empty);
  now_ += kSecond / 4;
  EXPECT_EQ(answer(1 + 3 * size), Fate::payload);
  EXPECT_EQ(messages_.size(), 2U);
}

TEST_F(Tcp, SegmentCapturedAfterItsAcknowledgementFillsTheGap) {
  const std::string text = sip_message("late");
  const auto size = static_cast<uint32_t>(text.size());
  EXPECT_EQ(send(1, text), Fate::payload);
  EXPECT_EQ(send(1 + 2 * size, text), Fate::tcp_waiting);
  EXPECT_EQ(answer(1 + 3 * size), Fate::tcp_empty);
  now_ += kSecond / 10'000;
  EXPECT_EQ(send(1 + size, text), Fate::payload);
  EXPECT_EQ(messages_.size(), 3U);
}

TEST_F(Tcp, StartsInTheMiddle) {
  const std::string text = sip_message("middle");
  EXPECT_EQ(send(1, "tail of a message nobody saw"), Fate::tcp_other);
  EXPECT_EQ(send(29, "more tail\r\n" + text), Fate::payload);
  EXPECT_EQ(messages_, Messages{text});
}

TEST_F(Tcp, NewConnectionOnTheSamePorts) {
  const std::string text = sip_message("again");
  EXPECT_EQ(send(2'000'000'000, text), Fate::payload);
  EXPECT_EQ(send(5, text), Fate::payload);
  EXPECT_EQ(send(4, "", 0x02), Fate::tcp_empty);
  EXPECT_EQ(send(5, text), Fate::payload);
}

TEST_F(Tcp, OtherTraffic) {
  EXPECT_EQ(send(1, "GET / HTTP/1.0\r\n\r\n"), Fate::tcp_other);
  EXPECT_EQ(send(50, std::string("\x16\x03\x01\x00\x05hello", 10)), Fate::tls);
  EXPECT_EQ(decode(ip(std::string(20, '\0'), 6, kA, kB)), Fate::tcp_malformed);
}

TEST_F(Tcp, SnappedSegmentKeepsTheSequence) {
  const std::string text = sip_message("snap", 100);
  const std::string raw = ip(tcp(text, {1, 0, 0x18}, kA, kB), 6, kA, kB);
  const std::string cut = raw.substr(0, raw.size() - 90);
  Packet snapped = packet(cut, 101);
  snapped.original = static_cast<uint32_t>(raw.size());
  EXPECT_EQ(decoder_.decode(snapped, &out_), Fate::payload);
  EXPECT_TRUE(out_[0].truncated);
  EXPECT_EQ(out_[0].payload, text.substr(0, text.size() - 90));
  EXPECT_EQ(send(1 + static_cast<uint32_t>(text.size()), text), Fate::payload);
  EXPECT_EQ(messages_, Messages{text});
}

TEST_F(Tcp, TooLongIsGivenUp) {
  std::string text = sip_message("long", 9);
  text.replace(text.find("Length: 9"), 9, "Length: 99999999");
  const std::string next = sip_message("next");
  send(1, text);
  EXPECT_EQ(count(Oddity::tcp_message_too_long), 1U);
  EXPECT_EQ(send(1 + static_cast<uint32_t>(text.size()), "\r\n" + next), Fate::payload);
  EXPECT_EQ(messages_, Messages{next});
}

TEST_F(Tcp, StreamsAreBounded) {
  const std::string half = sip_message("half").substr(0, 60);
  for (uint16_t port = 1; port <= 20'000; port++) {
    decode(ip(tcp(half, {}, kA, kB, port), 6, kA, kB));
    now_++;
  }
  EXPECT_GE(count(Oddity::tcp_streams_evicted), 1U);
}

TEST_F(Tcp, WebSocket) {
  const std::string text = sip_message("ws");
  const std::string upgrade = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\n\r\n";
  std::string stream = upgrade + websocket_frame(0x81, text) + websocket_frame(0x89, "ping");
  stream += websocket_frame(0x01, text.substr(0, 10)) + websocket_frame(0x80, text.substr(10));
  for (const size_t step : {stream.size(), size_t{60}}) {
    messages_.clear();
    send(1, "", 0x02);
    for (size_t at = 0; at < stream.size(); at += step) {
      send(2 + static_cast<uint32_t>(at), std::string_view(stream).substr(at, step));
    }
    EXPECT_EQ(messages_, (Messages{text, text})) << step;
  }
  EXPECT_EQ(out_.at(0).transport, Transport::ws);
}

// As RFC 7692 says: each message ends in a flush whose last four bytes are not sent.
class Deflater {
 public:
  Deflater() { deflateInit2(&stream_, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY); }
  ~Deflater() { deflateEnd(&stream_); }
  std::string pack(std::string message) {
    std::string out(message.size() + 1000, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(message.data());
    stream_.avail_in = static_cast<uInt>(message.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    deflate(&stream_, Z_SYNC_FLUSH);
    out.resize(out.size() - stream_.avail_out - 4);
    return out;
  }

 private:
  z_stream stream_{};
};

TEST_F(Tcp, WebSocketCompressed) {
  const std::string one = sip_message("one", 300);
  const std::string two = sip_message("two");
  Deflater deflater;
  const std::string packed = deflater.pack(two);
  std::string stream = "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n";
  stream += websocket_frame(0xC1, packed) + websocket_frame(0x81, one);
  stream += websocket_frame(0xC1, deflater.pack(one));
  const std::string again = deflater.pack(two);  // small: it refers to the window
  EXPECT_LT(again.size(), 20U);
  stream += websocket_frame(0x41, again.substr(0, 4)) + websocket_frame(0x89, "ping") +
            websocket_frame(0x80, again.substr(4));
  for (const size_t step : {stream.size(), size_t{50}}) {
    messages_.clear();
    send(1, "", 0x02);
    for (size_t at = 0; at < stream.size(); at += step) {
      send(2 + static_cast<uint32_t>(at), std::string_view(stream).substr(at, step));
    }
    EXPECT_EQ(messages_, (Messages{two, one, one, two})) << step;
  }
  EXPECT_EQ(count(Oddity::websocket_unpack_failed), 0U);
}

TEST_F(Tcp, WebSocketCompressedBeforeTheCaptureBegan) {
  const std::string text = sip_message("late");
  Deflater deflater;
  deflater.pack(text);
  std::string stream = "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n";
  stream +=
      websocket_frame(0xC1, deflater.pack(text)) + websocket_frame(0xC1, Deflater().pack(text));
  send(1, stream);
  EXPECT_EQ(messages_, Messages{text});
  EXPECT_EQ(count(Oddity::websocket_unpack_failed), 1U);
  messages_.clear();
  send(900'000'000, websocket_frame(0xC1, Deflater().pack(text)));
  EXPECT_EQ(messages_, Messages{text});
}

TEST_F(Tcp, WebSocketBomb) {
  const std::string bomb = Deflater().pack(sip_message("bomb", 4 << 20));
  std::string stream = "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n";
  send(1, stream + websocket_frame(0xC1, bomb));
  EXPECT_TRUE(messages_.empty());
  EXPECT_EQ(count(Oddity::websocket_unpack_failed), 1U);
}

TEST_F(Tcp, WebSocketWithoutItsUpgrade) {
  const std::string text = sip_message("ws");
  EXPECT_EQ(send(1, websocket_frame(0x81, text)), Fate::payload);
  EXPECT_EQ(messages_, Messages{text});
}

}  // namespace
}  // namespace sipladder::tcp_test
