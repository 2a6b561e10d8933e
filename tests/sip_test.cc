#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "decode/sdp.h"
#include "decode/sip_message.h"
#include "tests/support/run_binary.h"

namespace sipladder {
namespace {

constexpr std::string_view kInvite =
    "INVITE sip:bob@example.com SIP/2.0\r\nv: SIP/2.0/UDP\r\n "
    "192.0.2.1;rport=1024;received=203.0.113.9;branch=z9hG4bK1\r\n"
    "f: \"A \\\"B\\\" <x>\" <sip:alice@example.com;user=phone>;tag=88sja8x\r\nt: "
    "sip:bob@example.com\r\ni: c1@192.0.2.1\r\n"
    "CSeq: 7 INVITE\r\nX-Mine: kept\r\nm: <sip:a@[2001:db8::1]:5070>, <sip:b@192.0.2.1>\r\nl: "
    "3\r\n\r\nabcdef";

TEST(SipIndex, CompactFormsFoldedViaAndBody) {
  SipIndex sip;
  ASSERT_TRUE(index_sip(kInvite, &sip));
  EXPECT_EQ(sip.malformed, nullptr);
  EXPECT_EQ(sip.body, "abc");
  EXPECT_EQ(sip.value(HeaderId::call_id), "c1@192.0.2.1");
  EXPECT_EQ(tag_of(sip.value(HeaderId::from)), "88sja8x");
  EXPECT_EQ(tag_of(sip.value(HeaderId::to)), "");
  const Via via = parse_via(sip.value(HeaderId::via));
  EXPECT_EQ(via.host, "192.0.2.1");
  EXPECT_EQ(via.rport, 1024);
  EXPECT_EQ(via.received, "203.0.113.9");
  EXPECT_EQ(via.branch, "z9hG4bK1");
  const auto contacts = header_values(sip, HeaderId::contact);
  ASSERT_EQ(contacts.size(), 2U);
  const SipUri uri = parse_uri(parse_name_addr(contacts[0]).uri);
  EXPECT_EQ(uri.host, "2001:db8::1");
  EXPECT_EQ(uri.port, 5070);
  EXPECT_EQ(parse_name_addr(sip.value(HeaderId::from)).uri, "sip:alice@example.com;user=phone");
}

TEST(SipIndex, WhatIsNoSip) {
  for (const std::string_view bytes :
       {"GET / HTTP/1.1\r\n\r\n", "hello", "", "\x80\x00 not sip at all", "SIP/2.0"}) {
    EXPECT_FALSE(looks_like_sip(bytes)) << bytes;
  }
}

TEST(SipFrame, CutsAStreamByContentLength) {
  const std::string two =
      "\r\n\r\n" + std::string(kInvite.substr(0, kInvite.size() - 3)) + std::string(kInvite);
  const SipFrame frame = frame_sip(two);
  EXPECT_EQ(frame.skip, 4U);
  EXPECT_EQ(frame.length, kInvite.size() - 3);
  EXPECT_EQ(frame_sip(kInvite.substr(0, 60)).length, 0U);
  EXPECT_FALSE(frame_sip(kInvite.substr(0, 60)).bad);
  EXPECT_TRUE(frame_sip("this is no start line\r\n").bad);
}

TEST(SipIndex, MalformedSaysWhat) {
  const struct {
    std::string_view bytes;
    std::string_view word;
  } kCases[] = {
      {"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: a;tag=1\r\nTo: "
       "b\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n",
       "CSeq"},
      {"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: a\r\nTo: b\r\nCSeq: 1 OPTIONS\r\n\r\n",
       "Call-ID"},
      {"OPTIONS sip:a SIP/7.0\r\nVia: x\r\n\r\n", "SIP-Version"},
      {"SIP/2.0 4294967301 big\r\nVia: x\r\n\r\n", "Status-Code"},
      {"OPTIONS sip:a SIP/2.0\r\nno colon here\r\n\r\n", "colon"},
  };
  for (const auto& row : kCases) {
    SipIndex sip;
    ASSERT_TRUE(index_sip(row.bytes, &sip)) << row.bytes;
    ASSERT_NE(sip.malformed, nullptr) << row.bytes;
    EXPECT_NE(std::string_view(sip.malformed).find(row.word), std::string_view::npos)
        << sip.malformed;
  }
}

TEST(Torture, ValidMessagesAreNotFlagged) {
  const std::string folder = root_path("../shared/captures/torture/");
  if (!exists(folder)) GTEST_SKIP() << "no shared captures here";
  for (const char* name : {"wsinv", "intmeth", "esc01", "escnull", "esc02", "lwsdisp", "longreq",
                           "semiuri", "transports", "mpart01", "unreason", "noreason", "inv2543"}) {
    std::ifstream file(folder + "rfc4475/" + name + ".dat", std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    const std::string bytes = text.str();
    SipIndex sip;
    ASSERT_TRUE(index_sip(bytes, &sip)) << name;
    EXPECT_EQ(sip.malformed, nullptr) << name << ": " << sip.malformed;
  }
}

TEST(Sdp, DirectionsHoldAndFormats) {
  const Sdp sdp = parse_sdp(
      "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1/127\r\na=sendonly\r\nm=audio 4000 "
      "RTP/AVP 0 101\r\n"
      "a=rtpmap:101 telephone-event/8000\r\nm=video 0 RTP/AVP 31\r\na=recvonly\r\nm=audio 5000 "
      "RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n");
  ASSERT_EQ(sdp.media.size(), 3U);
  EXPECT_EQ(sdp.version, "2");
  EXPECT_EQ(sdp.media[0].address, "192.0.2.1");
  EXPECT_EQ(sdp.media[0].direction, SdpDirection::sendonly);
  EXPECT_EQ(sdp.media[0].formats[0].encoding, "PCMU");
  EXPECT_EQ(sdp.media[0].formats[1].encoding, "telephone-event");
  EXPECT_EQ(sdp.media[1].direction, SdpDirection::recvonly);
  EXPECT_EQ(sdp.media[2].direction, SdpDirection::inactive);
  EXPECT_TRUE(sdp.media[2].hold_address);
}

}  // namespace
}  // namespace sipladder
