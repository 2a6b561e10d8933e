// Calls built packet by packet, and the ladders that must come of them.
#include "export/ladder.h"

#include <gtest/gtest.h>

#include "export/ladder_text.h"
#include "tests/support/engine_feed.h"
#include "tests/support/packet_builder.h"

namespace sipladder::ladder_test {
namespace {

constexpr int64_t kStart = 1'700'000'000'000'000'000;  // 2023-11-14 22:13:20 UTC
constexpr int64_t kMs = 1'000'000;

class LadderTest : public testing::Test {
 protected:
  // Hosts are 10.0.0.N.
  void feed(int64_t at_ms, uint8_t src, uint16_t src_port, uint8_t dst, uint16_t dst_port,
            std::string_view payload) {
    const std::string from = "10.0.0." + std::to_string(src), to = "10.0.0." + std::to_string(dst);
    const std::string udp = build::udp(payload, from, to, src_port, dst_port);
    const auto ip_id = static_cast<uint16_t>(feed_.frame + 1);
    feed_.add(kStart + at_ms * kMs, build::ip(udp, 17, from, to, ip_id));
  }

  void sip(int64_t at_ms, uint8_t src, uint8_t dst, std::string_view start, std::string_view cseq,
           std::string_view sdp_port = "", uint16_t src_port = 5060, uint16_t dst_port = 5060) {
    std::string body;
    if (!sdp_port.empty()) {
      const std::string host = "10.0.0." + std::to_string(src);
      body = "v=0\r\no=- 1 1 IN IP4 " + host + "\r\ns=-\r\nc=IN IP4 " + host +
             "\r\nt=0 0\r\nm=audio " + std::string(sdp_port) + " RTP/AVP 0\r\n";
    }
    std::string text(start);
    text += "\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK" + std::string(cseq.substr(0, 1)) +
            "\r\nFrom: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>" +
            (start.starts_with("INVITE") ? "" : ";tag=b") +
            "\r\nCall-ID: one@10.0.0.1\r\nCSeq: " + std::string(cseq) + "\r\n" +
            (body.empty() ? "" : "Content-Type: application/sdp\r\n") +
            "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    feed(at_ms, src, src_port, dst, dst_port, text);
  }

  void rtp(int64_t at_ms, uint8_t src, uint16_t src_port, uint8_t dst, uint16_t dst_port,
           uint8_t sequence) {
    const std::string payload = build::number16(0x8000) + build::number16(sequence) +
                                build::number32(sequence * 160U) + build::number32(src) +
                                std::string(160, 'x');
    feed(at_ms, src, src_port, dst, dst_port, payload);
  }

  void basic_call() {
    sip(0, 1, 2, "INVITE sip:bob@example.com SIP/2.0", "1 INVITE", "4000");
    sip(100, 2, 1, "SIP/2.0 180 Ringing", "1 INVITE");
    sip(600, 2, 1, "SIP/2.0 200 OK", "1 INVITE", "5000");
    sip(610, 1, 2, "ACK sip:bob@10.0.0.2 SIP/2.0", "1 ACK");
    for (uint8_t i = 0; i < 20; i++) {
      rtp(700 + i * 20, 1, 4000, 2, 5000, i);
      if (i != 7) rtp(705 + i * 20, 2, 5000, 1, 4000, i);
    }
    sip(2000, 1, 2, "BYE sip:bob@10.0.0.2 SIP/2.0", "2 BYE");
    sip(2050, 2, 1, "SIP/2.0 200 OK", "2 BYE");
    finish();
  }

  void finish() {
    feed_.engine.catch_up();
    feed_.model.finished = true;
  }

  Ladder ladder(const LadderOptions& options = {}) {
    return build_ladder({feed_.model, feed_.log, feed_.analyst, {CallId{1}}}, options);
  }

  std::string text(int width = 0) {
    LadderTextOptions options;
    options.utc = true;
    options.width = width;
    return ladder_text(ladder(), options);
  }

  EngineFeed feed_;
};

std::vector<std::string> labels(const Ladder& ladder) {
  std::vector<std::string> out;
  for (const LadderRow& row : ladder.rows) out.push_back(row.label);
  return out;
}

TEST_F(LadderTest, BasicCallHasMessagesAndMediaInTimeOrder) {
  basic_call();
  const Ladder result = ladder();
  EXPECT_EQ(labels(result),
            (std::vector<std::string>{"INVITE (SDP)", "180 Ringing", "200 OK (SDP)", "ACK",
                                      "RTP PCMU 20 pkt", "RTP PCMU 19 pkt 5.0% lost", "BYE",
                                      "200 OK (BYE)"}));
  ASSERT_EQ(result.participants.size(), 2U);
  EXPECT_EQ(result.participants[0].label, "10.0.0.1");
  EXPECT_EQ(result.participants[0].detail, "5060");
  EXPECT_EQ(result.calls[0].caller, "alice");
  EXPECT_EQ(result.calls[0].callee, "bob");
}

TEST_F(LadderTest, TextShowsArrowsBothWays) {
  basic_call();
  const std::string out = text(90);
  EXPECT_NE(out.find("alice → bob  completed"), std::string::npos) << out;
  EXPECT_NE(out.find("1 22:13:20.000000 +0.000000"), std::string::npos) << out;
  EXPECT_NE(out.find("INVITE (SDP)─"), std::string::npos) << out;
  EXPECT_NE(out.find("│<─"), std::string::npos) << out;
  EXPECT_NE(out.find("═RTP PCMU 20 pkt═"), std::string::npos) << out;
  EXPECT_EQ(out, text(90));
}

TEST_F(LadderTest, CutsLabelsAndKeepsLifelines) {
  sip(0, 1, 2, "OPTIONS sip:bob@example.com SIP/2.0", "1 OPTIONS");
  sip(1, 2, 1, "SIP/2.0 480 Quite A Long Reason Phrase That Cannot Fit Here", "1 OPTIONS");
  finish();
  const std::string out = text(60);
  EXPECT_NE(out.find("│<─480 Quite … (OPTIONS)─│"), std::string::npos) << out;
}

TEST_F(LadderTest, MarksRetransmissions) {
  sip(0, 1, 2, "INVITE sip:bob@example.com SIP/2.0", "1 INVITE", "4000");
  sip(500, 1, 2, "INVITE sip:bob@example.com SIP/2.0", "1 INVITE", "4000");
  finish();
  const Ladder result = ladder();
  ASSERT_EQ(result.rows.size(), 2U);
  EXPECT_TRUE(result.rows[1].retransmission);
  EXPECT_EQ(result.rows[1].original, result.rows[0].message);
  EXPECT_NE(text().find("↻ INVITE (SDP)"), std::string::npos);
}

TEST_F(LadderTest, HostThatTalksToItselfGetsAColumnPerPort) {
  sip(0, 1, 1, "OPTIONS sip:bob@example.com SIP/2.0", "1 OPTIONS", "", 5060, 5080);
  finish();
  const Ladder result = ladder();
  ASSERT_EQ(result.participants.size(), 2U);
  EXPECT_EQ(result.participants[0].label, "10.0.0.1:5060");
  EXPECT_EQ(result.participants[1].label, "10.0.0.1:5080");
}

TEST_F(LadderTest, MediaOfAHostThatTalksToItselfStandsAtItsParty) {
  sip(0, 1, 1, "INVITE sip:bob@example.com SIP/2.0", "1 INVITE", "4000", 5060, 5080);
  sip(10, 1, 1, "SIP/2.0 200 OK", "1 INVITE", "5000", 5080, 5060);
  for (uint8_t i = 0; i < 10; i++) rtp(100 + i * 20, 1, 5000, 1, 4000, i);
  finish();
  const Ladder result = ladder();
  ASSERT_EQ(result.rows.size(), 3U);
  EXPECT_EQ(result.rows[2].kind, RowKind::media);
  EXPECT_EQ(result.rows[2].from, 1U);
  EXPECT_EQ(result.rows[2].to, 0U);
}

TEST_F(LadderTest, PausesAreShown) {
  sip(0, 1, 2, "OPTIONS sip:bob@example.com SIP/2.0", "1 OPTIONS");
  sip(32'000, 2, 1, "SIP/2.0 200 OK", "1 OPTIONS");
  finish();
  EXPECT_EQ(labels(ladder()), (std::vector<std::string>{"OPTIONS", "32.0 s", "200 OK (OPTIONS)"}));
}

TEST_F(LadderTest, ControlCharactersOfTheNetworkNeverReachTheText) {
  sip(0, 2, 1, "SIP/2.0 200 \x1b[31mred\x07\xff", "1 OPTIONS");
  finish();
  EXPECT_EQ(text().find('\x1b'), std::string::npos);
  EXPECT_NE(text().find(R"(200 \x1B[31mred\x07\xFF)"), std::string::npos) << text();
}

TEST_F(LadderTest, RawAndSdpFollowTheirArrow) {
  basic_call();
  LadderOptions options;
  options.sdp = true;
  options.raw = true;
  const Ladder result = ladder(options);
  EXPECT_EQ(result.rows[0].sdp, "audio 10.0.0.1:4000 RTP/AVP sendrecv 0 PCMU/8000");
  EXPECT_TRUE(result.rows[0].raw.starts_with("INVITE sip:bob"));
  EXPECT_EQ(result.rows[1].sdp, "");
}

TEST_F(LadderTest, StaysWithinItsMemoryAndSaysWhatIsLeftOut) {
  basic_call();
  LadderOptions options;
  options.rtp = false;
  ASSERT_EQ(ladder(options).rows.size(), 6U);
  options.memory = 5000;
  const Ladder result = ladder(options);
  ASSERT_LT(result.rows.size(), 6U);
  const LadderRow& last = result.rows.back();
  EXPECT_EQ(last.kind, RowKind::note);
  EXPECT_TRUE(last.label.starts_with(std::to_string(7 - result.rows.size()) + " more messages"))
      << last.label;
  EXPECT_NE(last.label.find("--memory"), std::string::npos) << last.label;
  options.raw = true;
  EXPECT_LT(ladder(options).rows.size(), result.rows.size());
}

TEST(SafeTextTest, MasksWhatCouldMisleadAReader) {
  EXPECT_EQ(safe_utf8("a\tb\x7f\xc3\xa9\xe2\x80\xae"), "a\\x09b\\x7Fé\\xE2\\x80\\xAE");
  EXPECT_EQ(safe_utf8("a\r\nb\rc", true), "a\nb\\x0Dc");
  EXPECT_EQ(fit_text(U"日本語", 5), U"日本…");
}

}  // namespace
}  // namespace sipladder::ladder_test
