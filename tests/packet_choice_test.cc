// Which packets a capture service writes.
#include "probe/packet_choice.h"

#include <gtest/gtest.h>

#include "probe/hold_queue.h"
#include "probe/recent_set.h"
#include "tests/support/packet_builder.h"

namespace sipladder::packet_choice_test {
namespace {

using namespace build;

constexpr int64_t kMs = 1'000'000;

// Frames of the packets that are written, in their order.
class Chosen : public testing::Test {
 protected:
  void begin(ChoiceOptions options = {}) {
    kept_.clear();
    choice_ = std::make_unique<PacketChoice>(
        options, [this](const Datagram&, const SipIndex* sip) { messages_ += sip != nullptr; });
    queue_ = std::make_unique<HoldQueue>(*choice_, [this](const Packet& one, const Choice& c) {
      kept_.push_back(one.frame);
      lengths_.push_back(std::min(c.length, one.ref.length));
      kinds_.push_back(c.kind);
    });
  }
  void SetUp() override { begin(); }
  void add(const std::string& ip_packet, int64_t after_ns = kMs) {
    now_ns_ += after_ns;
    const std::string bytes = ethernet_ip(ip_packet);
    const Packet one = packet(bytes, 1, ++frame_, now_ns_);
    queue_->add(one, choice_->judge(one));
  }
  std::vector<uint32_t> kept() {
    queue_->release_all();
    return kept_;
  }

  static std::string from_a(const std::string& payload, uint8_t protocol = 17) {
    return ip(payload, protocol, "192.0.2.1", "192.0.2.2");
  }
  static std::string rtp(uint16_t src_port, uint16_t dst_port) {
    return from_a(udp(bytes({0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9}) + std::string(160, 'v'),
                      "192.0.2.1", "192.0.2.2", src_port, dst_port));
  }
  static std::string segment(const std::string& payload, uint8_t flags, uint16_t port,
                             bool answers = false) {
    const std::string a = "192.0.2.1", b = "192.0.2.2";
    TcpFields fields;
    fields.flags = flags;
    fields.sequence = flags == 2 ? 0 : 1;
    return answers ? ip(tcp(payload, fields, b, a, port, 40000), 6, b, a)
                   : ip(tcp(payload, fields, a, b, 40000, port), 6, a, b);
  }
  static std::string invite(const std::string& sdp_address, int port) {
    const std::string sdp = "v=0\r\no=- 1 1 IN IP4 " + sdp_address + "\r\ns=-\r\nc=IN IP4 " +
                            sdp_address + "\r\nt=0 0\r\nm=audio " + std::to_string(port) +
                            " RTP/AVP 0\r\n";
    return "INVITE sip:b@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
           "From: <sip:a@192.0.2.1>;tag=1\r\nTo: <sip:b@192.0.2.2>\r\nCall-ID: c\r\n"
           "CSeq: 1 INVITE\r\nContent-Type: application/sdp\r\nContent-Length: " +
           std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
  }
  static std::string invite_packet(const std::string& sdp_address = "192.0.2.1") {
    return from_a(udp(invite(sdp_address, 4000), "192.0.2.1", "192.0.2.2"));
  }

  std::unique_ptr<PacketChoice> choice_;
  std::unique_ptr<HoldQueue> queue_;
  std::vector<uint32_t> kept_, lengths_;
  std::vector<PacketKind> kinds_;
  int64_t now_ns_ = 1'700'000'000'000'000'000;
  uint32_t frame_ = 0;
  int messages_ = 0;
};

TEST_F(Chosen, MediaIsWhatAnSdpNames) {
  add(rtp(4000, 9000));  // before its SDP
  add(invite_packet());
  add(rtp(4000, 9000));
  add(rtp(9000, 4000));  // the port is that of another address
  add(rtp(5000, 9000));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{2, 3}));
}

TEST_F(Chosen, APortBehindANatCountsWithTheSendersAddress) {
  add(invite_packet("10.0.0.7"));
  add(rtp(4000, 9000));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1, 2}));
}

TEST_F(Chosen, PortsOfMediaCanBeGiven) {
  ChoiceOptions options;
  options.first_media_port = 8990;
  options.last_media_port = 9000;
  begin(options);
  add(rtp(4000, 9000));
  add(rtp(4000, 9001));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1}));
}

TEST_F(Chosen, HeadersEndWhereTheVoiceBegins) {
  ChoiceOptions options;
  options.media = KeptMedia::headers;
  begin(options);
  add(invite_packet());
  add(rtp(4000, 9000));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(lengths_[1], 14U + 20 + 8 + 12);
}

TEST_F(Chosen, MediaIsWhatTheControlOfARelayNames) {
  const auto control = [](const std::string& text, bool reply) {
    const char* const from = reply ? "192.0.2.2" : "192.0.2.1";
    const char* const to = reply ? "192.0.2.1" : "192.0.2.2";
    return ip(udp(text, from, to, reply ? 7722 : 9999, reply ? 9999 : 7722), 17, from, to);
  };
  add(rtp(4000, 9000));
  add(control("1_9 9000", true));  // to no command
  add(control("1_1 U id 192.0.2.1 4000 from", false));
  add(control("1_1 8998", true));
  add(rtp(4000, 9000));
  add(rtp(8998, 9002));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{3, 4, 5}));
  EXPECT_EQ(kinds_[0], PacketKind::relay_control);
  EXPECT_EQ(kinds_[1], PacketKind::relay_control);
  begin();
  frame_ = 0;
  const std::string sdp = "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n";
  add(control("1_1 d3:sdp" + std::to_string(sdp.size()) + ":" + sdp + "7:command5:offere", false));
  add(rtp(4000, 9000));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1, 2}));
}

TEST_F(Chosen, WithoutMediaTheCallIsStillThere) {
  ChoiceOptions options;
  options.media = KeptMedia::none;
  begin(options);
  add(invite_packet());
  add(rtp(4000, 9000));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1}));
}

TEST_F(Chosen, AllFragmentsOfWhatIsWantedInAnyOrder) {
  const std::string whole = udp(sip_message("fragments", 3000), "192.0.2.1", "192.0.2.2");
  const std::string other = udp(std::string(3000, 'x'), "192.0.2.1", "192.0.2.2", 6000, 6001);
  for (const bool backwards : {false, true}) {
    begin();
    frame_ = 0;
    const auto part = [](const std::string& of, uint16_t id, bool first) {
      return ipv4_fragment(first ? of.substr(0, 1480) : of.substr(1480), 17, "192.0.2.1",
                           "192.0.2.2", id, first ? 0 : 1480, first);
    };
    add(part(other, 1, true));
    add(part(whole, 2, !backwards));
    add(part(other, 1, false));
    add(part(whole, 2, backwards));
    EXPECT_EQ(kept(), (std::vector<uint32_t>{2, 4})) << backwards;
  }
  EXPECT_EQ(messages_, 2);
}

TEST_F(Chosen, AConnectionFromItsFirstPacket) {
  add(segment("", 2, 7000));
  add(segment("", 0x12, 7000, true));
  add(segment(sip_message("tcp"), 0x18, 7000));
  add(segment("", 0x10, 7000, true));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1, 2, 3, 4}));
}

TEST_F(Chosen, NoConnectionOfOthers) {
  add(segment("", 2, 80));
  add(segment("", 0x12, 80, true));
  add(segment("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0x18, 80));
  add(segment("", 0x10, 80, true));
  EXPECT_EQ(kept(), std::vector<uint32_t>());
  EXPECT_EQ(queue_->undecided(), 0U);
}

TEST_F(Chosen, AWebSocketFromItsRequest) {
  add(segment("", 2, 8080));
  add(segment("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n", 0x18,
              8080));
  add(segment("", 0x10, 8080, true));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1, 2, 3}));
}

TEST_F(Chosen, OnAPortOfSipAllIsSignalling) {
  add(segment("", 2, 5061));
  add(segment(bytes({0x16, 3, 1, 0, 4, 1, 0, 0, 0}), 0x18, 5061));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1, 2}));
}

TEST_F(Chosen, WhatNothingDecidesHoldsOthersUpForAMoment) {
  add(segment("", 2, 7000));
  add(invite_packet());
  EXPECT_EQ(kept_.size(), 0U);
  add(rtp(1, 2), kHoldNs);
  EXPECT_EQ(kept_, (std::vector<uint32_t>{2}));
  EXPECT_EQ(queue_->undecided(), 1U);
  EXPECT_EQ(queue_->bytes(), 0U);
}

TEST_F(Chosen, WhatIsHeldIsBounded) {
  add(segment("", 2, 7000), 0);
  for (int i = 0; i < 12'000; i++)
    add(from_a(udp(sip_message("many", 900), "192.0.2.1", "192.0.2.2")), 1);
  EXPECT_LE(queue_->bytes(), kMostHeldBytes + 4096);
  EXPECT_EQ(kept().size(), 12'000U);
}

TEST_F(Chosen, IcmpAboutThem) {
  add(invite_packet());
  const std::string head = bytes({3, 3, 0, 0, 0, 0, 0, 0});
  const auto error = [&](const std::string& quoted) {
    return ip(head + quoted.substr(0, 60), 1, "192.0.2.2", "192.0.2.1");
  };
  add(error(rtp(4000, 9000)));
  add(error(rtp(4400, 9000)));
  EXPECT_EQ(kept(), (std::vector<uint32_t>{1, 2}));
}

TEST(RecentSet, ForgetsWhatNobodyNames) {
  constexpr int64_t kLife = 100;
  RecentSet set(1000, kLife);
  set.add(1, 0);
  set.add(2, 0);
  for (int64_t now = 0; now < 1000; now += 10) {
    EXPECT_TRUE(set.holds(1, now));
    set.add(3, now);
  }
  EXPECT_FALSE(set.holds(2, 1000));
  EXPECT_EQ(set.forgotten(), 0U);
}

TEST(RecentSet, IsBounded) {
  RecentSet set(1000, 1'000'000);
  for (uint64_t key = 0; key < 10'000; key++) set.add(key, 1);
  EXPECT_LE(set.size(), 1000U);
  EXPECT_GT(set.forgotten(), 0U);
  EXPECT_TRUE(set.holds(9'999, 1));
}

}  // namespace
}  // namespace sipladder::packet_choice_test
