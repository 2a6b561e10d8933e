// Packets beside SIP are classified by their bytes, and read: RTCP with XR (RFC 3611), media inside
// TURN (RFC 8656), ZRTP (RFC 6189), T.38 over UDPTL.
#include <gtest/gtest.h>

#include "correlate/engine/engine.h"
#include "correlate/model/message_view.h"
#include "correlate/session/media_binding.h"
#include "decode/media.h"
#include "decode/turn.h"
#include "tests/support/packet_builder.h"

namespace sipladder::media_packets_test {
namespace {

using build::number16;
using build::number32;
using namespace std::string_literals;

constexpr uint32_t kCookie = 0x2112A442;

std::string stun(unsigned type, const std::string& attributes) {
  return number16(type) + number16(static_cast<unsigned>(attributes.size())) + number32(kCookie) +
         "transaction." + attributes;
}
std::string attribute(unsigned type, const std::string& value) {
  return number16(type) + number16(static_cast<unsigned>(value.size())) + value +
         std::string((4 - value.size() % 4) % 4, '\0');
}
// 198.51.100.7:40000, as XOR-PEER-ADDRESS has it.
std::string peer_attribute() {
  return attribute(0x0012,
                   "\0\1"s + number16(40000 ^ (kCookie >> 16)) + number32(0xC6336407 ^ kCookie));
}
std::string channel_data(unsigned channel, const std::string& inner) {
  return number16(channel) + number16(static_cast<unsigned>(inner.size())) + inner;
}
std::string rtp(uint16_t sequence, uint32_t ssrc) {
  return "\x80\0"s + number16(sequence) + number32(sequence * 160U) + number32(ssrc) +
         std::string(160, '\x55');
}
std::string zrtp() {
  return "\x10\0"s + number16(1) + "ZRTP" + number32(7) + std::string(16, '\1');
}

TEST(MediaPackets, ToldApartOnOnePort) {
  const struct {
    const char* name;
    std::string bytes;
    PayloadClass expected;
  } kCases[] = {
      {"RTP", rtp(1, 2), PayloadClass::rtp},
      {"RTCP", "\x81\xC9\0\7"s + std::string(28, '\1'), PayloadClass::rtcp},
      {"STUN", stun(0x0001, ""), PayloadClass::stun},
      {"TURN channel", channel_data(0x4000, rtp(1, 2)), PayloadClass::turn_channel},
      {"DTLS", "\x16\xFE\xFD"s + std::string(20, '\0'), PayloadClass::dtls},
      {"ZRTP", zrtp(), PayloadClass::zrtp},
      {"ZRTP without its magic", "\x10"s + std::string(40, '\0'), PayloadClass::other},
      {"UDPTL: no signal, nothing older", "\0\1\1\0\0\0"s, PayloadClass::udptl},
      {"UDPTL: CED, one older packet", "\0\2\1\4\0\1\1\0"s, PayloadClass::udptl},
      {"UDPTL: V.21 data", "\0\3\5\xC0\1\x80\0\0\0\0"s, PayloadClass::udptl},
      {"UDPTL: a byte too many", "\0\2\1\4\0\1\1\0\0"s, PayloadClass::other},
      {"UDPTL: an odd indicator", "\0\2\1\5\0\0"s, PayloadClass::other},
      {"CRLF", "\r\n\r\n", PayloadClass::sip_keepalive},
  };
  for (const auto& c : kCases) EXPECT_EQ(classify_payload(c.bytes), c.expected) << c.name;
}

TEST(MediaPackets, RtcpCompound) {
  const std::string report = "\x80\xC9\0\1"s + number32(9);
  const std::string source = "\x81\xCA\0\2"s + number32(9) + "\1\2ab"s;
  const std::string metrics = number32(5) + "\x1A\x0D\0\0"s + number32(0) + number16(150) +
                              number16(20) + std::string(16, '\0');
  const std::string extended =
      "\x80\xCF"s + number16(10) + number32(9) + "\7\0"s + number16(8) + metrics;
  RtcpReport parsed;
  ASSERT_TRUE(parse_rtcp(report + source + extended, &parsed));
  EXPECT_EQ(parsed.packets[static_cast<size_t>(RtcpKind::rr)], 1);
  EXPECT_EQ(parsed.packets[static_cast<size_t>(RtcpKind::sdes)], 1);
  EXPECT_EQ(parsed.packets[static_cast<size_t>(RtcpKind::xr)], 1);
  EXPECT_FALSE(parsed.block);
  ASSERT_TRUE(parsed.voip);
  EXPECT_EQ(parsed.voip->ssrc, 5U);
  EXPECT_EQ(parsed.voip->loss_rate, 26);
  EXPECT_EQ(parsed.voip->discard_rate, 13);
  EXPECT_EQ(parsed.voip->rtt_ms, 150);
}

class MediaEngine : public testing::Test {
 protected:
  void add(const std::string& payload, bool from_client) {
    const std::string client = "192.0.2.1", server = "192.0.2.20";
    const std::string& src = from_client ? client : server;
    const std::string& dst = from_client ? server : client;
    const std::string bytes = build::ethernet_ip(build::ip(
        build::udp(payload, src, dst, from_client ? 5000 : 3478, from_client ? 3478 : 5000), 17,
        src, dst));
    frame_++;
    engine_.process(build::packet(bytes, 1, frame_, frame_ * 20'000'000LL));
  }
  std::string path(uint32_t stream) {
    engine_.catch_up();
    const StreamRecord& record = model_.streams[StreamId{stream}];
    return to_string(model_.endpoints[record.src]) + " > " +
           to_string(model_.endpoints[record.dst]);
  }
  uint64_t counted(PayloadClass payload_class) const {
    return model_.accounting.classes[static_cast<size_t>(payload_class)];
  }

  PacketLog log_;
  Model model_;
  Engine engine_{log_, model_};
  uint32_t frame_ = 0;
};

TEST_F(MediaEngine, TurnChannelsCarryStreamsToTheirPeer) {
  add(stun(0x0009, attribute(0x000C, number16(0x4001) + number16(0)) + peer_attribute()), true);
  for (uint16_t i = 0; i < 5; i++) {
    add(channel_data(0x4001, rtp(i, 0xA)), true);
    add(channel_data(0x4001, rtp(i, 0xB)), false);
  }
  EXPECT_EQ(path(1), "192.0.2.1:5000 > 198.51.100.7:40000");
  EXPECT_EQ(path(2), "198.51.100.7:40000 > 192.0.2.1:5000");
  EXPECT_EQ(model_.streams[StreamId{1}].packets, 5U);
  EXPECT_EQ(counted(PayloadClass::turn_channel), 10U);  // each packet once, and as what it is
  EXPECT_EQ(counted(PayloadClass::rtp), 0U);
}

TEST_F(MediaEngine, TurnIndicationsNameTheirPeer) {
  for (uint16_t i = 0; i < 3; i++) {
    add(stun(0x0016, peer_attribute() + attribute(0x0013, rtp(i, 0xA))), true);
    add(stun(0x0017, peer_attribute() + attribute(0x0013, rtp(i, 0xB))), false);
  }
  EXPECT_EQ(path(1), "192.0.2.1:5000 > 198.51.100.7:40000");
  EXPECT_EQ(path(2), "198.51.100.7:40000 > 192.0.2.1:5000");
  EXPECT_EQ(counted(PayloadClass::stun), 6U);
}

// RTCP that comes when there is neither a message nor a stream more than before.
TEST_F(MediaEngine, RtcpAloneIsLearned) {
  for (uint16_t i = 0; i < 5; i++) add(rtp(i, 0xA), true);
  engine_.catch_up();
  MediaBinding media(model_, log_);
  media.update();
  const Endpoint server{ipv4_address(reinterpret_cast<const uint8_t*>("\xC0\0\2\x14")), 3478};
  EXPECT_TRUE(media.rtcp_of(server).empty());
  add("\x81\xC9\0\7"s + number32(0xB) + number32(0xA) + std::string(20, '\0'), false);
  engine_.catch_up();
  ASSERT_EQ(model_.rtcp.size(), 1U);
  media.update();
  EXPECT_EQ(media.rtcp_of(server).size(), 1U);
}

// A log that says the time of day alone is read as of 1970-01-01, which begins in 1969 east of
// Greenwich.
TEST(Now, IsTheNewestPacketAlsoBefore1970) {
  PacketLog log;
  Model model;
  Engine engine(log, model);
  const std::string bytes = build::ethernet_ip(
      build::ip(build::udp(build::sip_message("early"), "192.0.2.1", "192.0.2.2"), 17, "192.0.2.1",
                "192.0.2.2"));
  for (const int64_t at_ns : {-7'000'000'000LL, -5'000'000'000LL, -6'000'000'000LL})
    engine.process(build::packet(bytes, 1, 1, at_ns));
  engine.catch_up();
  EXPECT_EQ(model.now_ns, -5'000'000'000);
  EXPECT_EQ(model.sources.at(0).newest_ns, -5'000'000'000);
}

TEST(Turn, WhatItCarriesCanBeReadAgainAtItsPlace) {
  const std::pair<std::string, PayloadClass> kPackets[] = {
      {channel_data(0x4001, rtp(1, 2)), PayloadClass::turn_channel},
      {stun(0x0017, peer_attribute() + attribute(0x0013, rtp(1, 2))), PayloadClass::stun},
  };
  for (const auto& [bytes, payload_class] : kPackets) {
    Datagram datagram;
    datagram.payload = bytes;
    datagram.ref = {1000, static_cast<uint32_t>(bytes.size()), 0};
    TurnRelays relays;
    const auto inner = relays.unwrap(datagram, payload_class);
    ASSERT_TRUE(inner.has_value());
    EXPECT_EQ(bytes.substr(inner->ref.offset - 1000, inner->ref.length), rtp(1, 2));
  }
}

TEST_F(MediaEngine, ChannelBoundBeforeTheCapture) {
  add(channel_data(0x4001, rtp(1, 0xA)), true);
  EXPECT_EQ(path(1), "192.0.2.1:5000 > 192.0.2.20:3478");
}

TEST_F(MediaEngine, WhatTheFarEndMeasured) {
  for (uint16_t i = 0; i < 5; i++) add(rtp(i, 0xA), true);
  const std::string metrics = number32(0xA) + "\x40\x40\0\0"s + number32(0) + number16(150) +
                              number16(20) + std::string(16, '\0');
  add("\x80\xC9\0\1"s + number32(9) + "\x80\xCF"s + number16(10) + number32(9) + "\7\0"s +
          number16(8) + metrics,
      false);
  engine_.catch_up();
  const StreamRecord& stream = model_.streams[StreamId{1}];
  EXPECT_TRUE(stream.has_xr);
  EXPECT_EQ(stream.xr_loss_rate, 128);
  EXPECT_EQ(stream.xr_rtt_ms, 150);
  EXPECT_EQ(model_.media_accounting.rtcp[static_cast<size_t>(RtcpKind::xr)], 1U);
}

}  // namespace
}  // namespace sipladder::media_packets_test
