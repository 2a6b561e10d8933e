// HEP inside captured UDP and TCP.
#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "decode/media.h"
#include "tests/support/hep_builder.h"
#include "tests/support/packet_builder.h"

namespace sipladder::hep_test {
namespace {

using namespace build;

const std::string kServer = "172.16.0.1";
const std::string kCollector = "172.16.0.2";
constexpr int64_t kNow = 1'700'000'100'000'000'000;

class Hep : public ::testing::Test {
 protected:
  Fate decode(const std::string& payload) {
    return decode_raw(ip(udp(payload, kServer, kCollector, 40000, 9060), 17, kServer, kCollector));
  }
  Fate decode_tcp(uint32_t sequence, std::string_view payload) {
    return decode_raw(
        ip(tcp(payload, {sequence, 0, 0x18}, kServer, kCollector), 6, kServer, kCollector));
  }
  Fate decode_raw(const std::string& raw) {
    raw_ = raw;
    return decoder_.decode(packet(raw_, 101, ++frame_, kNow), &out_);
  }
  uint64_t count(Oddity oddity) const { return decoder_.oddities()[static_cast<size_t>(oddity)]; }
  void expect_inner(const std::string& text, int64_t time_ns) {
    ASSERT_EQ(out_.size(), 1U);
    EXPECT_EQ(out_[0].payload, text);
    EXPECT_EQ(to_string(out_[0].src), "10.0.0.1:1111");
    EXPECT_EQ(to_string(out_[0].dst), "192.0.2.9:2222");
    EXPECT_EQ(out_[0].time_ns, time_ns);
    EXPECT_EQ(out_[0].frame, frame_);
  }

  Decoder decoder_;
  std::string raw_;
  std::vector<Datagram> out_;
  uint32_t frame_ = 0;
};

constexpr int64_t kStated = 1'700'000'000'000'250'000;

// rtpengine sends what it is told, as it came (homer-enable-ng): a cookie, and a dictionary.
TEST_F(Hep, ControlOfARelay) {
  const std::string text = "1_1 d7:command5:offer7:call-id1:xe";
  EXPECT_EQ(decode(hep3(text)), Fate::payload);
  expect_inner(text, kStated);
  EXPECT_EQ(classify_payload(out_[0].payload), PayloadClass::relay_control);
}

TEST_F(Hep, EveryVersion) {
  const std::string text = sip_message("hep", 20);
  EXPECT_EQ(decode(hep1(text)), Fate::payload);
  expect_inner(text, kNow);
  EXPECT_EQ(decode(hep2(text)), Fate::payload);
  expect_inner(text, kStated);
  EXPECT_EQ(decode(hep3(text)), Fate::payload);
  expect_inner(text, kStated);
  EXPECT_EQ(out_[0].dscp, 26);
  EXPECT_EQ(raw_.substr(out_[0].ref.offset, out_[0].ref.length), text);
  EXPECT_EQ(decode(hep3_packed(text)), Fate::payload);
  expect_inner(text, kStated);
  EXPECT_FALSE(out_[0].ref.is_stored());
}

TEST_F(Hep, TimeInEitherByteOrder) {
  std::string packet = hep2(sip_message("order"));
  packet.replace(16, 8, number32(1'700'000'000) + number32(250));
  EXPECT_EQ(decode(packet), Fate::payload);
  EXPECT_EQ(out_[0].time_ns, kStated);
}

TEST_F(Hep, Ipv6AndTransports) {
  HepFields fields;
  fields.src = "2001:db8::1";
  fields.dst = "2001:db8::2";
  for (const auto& [protocol, transport] :
       {std::pair{6, Transport::tcp}, std::pair{22, Transport::tls}, std::pair{50, Transport::ws},
        std::pair{132, Transport::sctp}, std::pair{17, Transport::udp}}) {
    fields.protocol = static_cast<uint8_t>(protocol);
    const std::string text = sip_message("six");
    for (const std::string& packet : {hep1(text, fields), hep2(text, fields), hep3(text, fields)}) {
      ASSERT_EQ(decode(packet), Fate::payload);
      EXPECT_EQ(out_[0].payload, text);
      EXPECT_EQ(to_string(out_[0].src), "[2001:db8::1]:1111");
      EXPECT_EQ(to_string(out_[0].dst), "[2001:db8::2]:2222");
      EXPECT_EQ(out_[0].transport, transport);
    }
  }
}

TEST_F(Hep, OverTcpSplitAnywhere) {
  const std::string text = sip_message("tcp", 9);
  const std::string stream = hep3(text) + hep3_packed(text) + hep3(text);
  uint32_t sequence = 1;
  for (const size_t step : {size_t{1}, size_t{7}, size_t{100}, stream.size()}) {
    size_t messages = 0;
    // The kind of a stream that begins in the capture's middle is told by whole headers.
    for (size_t at = 0; at < stream.size();) {
      const size_t size = std::min(at == 0 ? std::max<size_t>(step, 12) : step, stream.size() - at);
      decode_tcp(sequence, std::string_view(stream).substr(at, size));
      sequence += static_cast<uint32_t>(size);
      at += size;
      for (const Datagram& datagram : out_) {
        EXPECT_EQ(datagram.payload, text);
        EXPECT_EQ(datagram.time_ns, kStated);
        messages++;
      }
    }
    EXPECT_EQ(messages, 3U) << step;
  }
  EXPECT_EQ(count(Oddity::tcp_resync), 0U);
}

TEST_F(Hep, ResynchronisesAtTheNextMagic) {
  const std::string text = sip_message("resync");
  EXPECT_EQ(decode_tcp(1, hep3(text)), Fate::payload);
  const auto next = static_cast<uint32_t>(1 + hep3(text).size());
  EXPECT_EQ(decode_tcp(next, "rubbish" + hep3(text)), Fate::payload);
  EXPECT_EQ(out_[0].payload, text);
  EXPECT_EQ(count(Oddity::tcp_resync), 1U);
}

TEST_F(Hep, LengthsThatLie) {
  const std::string text = sip_message("lie");
  std::string packet = hep3(text);
  packet.replace(4, 2, number16(60'000));
  EXPECT_EQ(decode(packet), Fate::payload);
  EXPECT_EQ(out_[0].payload, text);
  EXPECT_EQ(count(Oddity::hep_length_lies), 1U);
  EXPECT_EQ(decode(hep3_packet(hep3_chunk(9, "abc") + hep3_chunk(15, text))), Fate::payload);
  EXPECT_EQ(count(Oddity::hep_length_lies), 2U);
  std::string endless = hep3_packet(hep3_chunk(9, "abcd"));
  endless.replace(10, 2, number16(2));
  EXPECT_EQ(decode(endless), Fate::hep_empty);
  EXPECT_EQ(count(Oddity::hep_length_lies), 3U);
  EXPECT_EQ(decode(hep3_packet(hep3_chunk(9, number32(1)))), Fate::hep_empty);
}

TEST_F(Hep, BombsAndRubbishAreRefused) {
  EXPECT_EQ(decode(hep3_packet(hep3_chunk(16, "no zlib stream"))), Fate::hep_empty);
  EXPECT_EQ(count(Oddity::hep_unpack_failed), 1U);
  EXPECT_EQ(decode(hep3_packed(sip_message("bomb", 8 << 20))), Fate::payload);
  EXPECT_LE(out_[0].payload.size(), (1U << 20) + 1);
  EXPECT_EQ(count(Oddity::hep_unpack_failed), 2U);
}

TEST_F(Hep, WhatOnlyLooksLikeIt) {
  EXPECT_EQ(decode(hep1("hello there, this is no SIP")), Fate::payload);
  EXPECT_EQ(to_string(out_[0].src), "172.16.0.1:40000");
  EXPECT_EQ(decode("HEP3"), Fate::payload);
  EXPECT_EQ(to_string(out_[0].dst), "172.16.0.2:9060");
}

}  // namespace
}  // namespace sipladder::hep_test
