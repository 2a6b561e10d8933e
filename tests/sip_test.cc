#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "decode/cut_header.h"
#include "decode/sdp.h"
#include "decode/sip_message.h"
#include "decode/sip_validate.h"
#include "tests/support/run_binary.h"

namespace sipladder::sip_test {
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

// The short parser of the key of a transaction agrees with the whole parser of Via.
TEST(Via, KeyAgreesWithTheWholeParser) {
  const struct {
    std::string_view value, sent_by, branch;
  } kCases[] = {
      {"SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK1;rport", "192.0.2.1:5062", "z9hG4bK1"},
      {"SIP/2.0/TCP a.example ;rport=9 ; Branch = z9hG4bK2 ;x", "a.example", "z9hG4bK2"},
      {"SIP / 2.0 / UDP [2001:db8::1]:5060;received=[2001:db8::2];branch=b", "[2001:db8::1]:5060",
       "b"},
      {"SIP/2.0/UDP h;branch=one, SIP/2.0/UDP i;branch=two", "h", "one"},
      {"SIP/2.0/UDP h, SIP/2.0/UDP i;branch=two", "h", ""},
      {"SIP/2.0/UDP h;branching=x", "h", ""},
      {"SIP/2.0/UDP h;branch", "h", ""},
      {"SIP/2.0/UDP\r\n h;\r\n branch=folded", "h", "folded"},
      {"nonsense", "", ""},
  };
  for (const auto& row : kCases) {
    const ViaKey key = parse_via_key(row.value);
    EXPECT_EQ(key.sent_by, row.sent_by) << row.value;
    EXPECT_EQ(key.branch, row.branch) << row.value;
    EXPECT_EQ(parse_via(row.value).branch, row.branch) << row.value;
  }
}

TEST(SipIndex, RoutingAloneIsWhatTheWholeIndexHas) {
  const std::string text =
      "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1,\r\n"
      " SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2\r\nRequire: path\r\nSubject: x\r\n Via: folded\r\n"
      "v: SIP/2.0/TCP a.example;branch=z9hG4bK3\r\nrecord-route: <sip:192.0.2.1;lr>\r\n\r\nVia: "
      "body";
  SipIndex whole, routing;
  ASSERT_TRUE(index_sip(text, &whole));
  ASSERT_TRUE(index_routing(text, &routing));
  EXPECT_EQ(header_values(routing, HeaderId::via), header_values(whole, HeaderId::via));
  EXPECT_EQ(header_values(routing, HeaderId::via).size(), 3U);
  EXPECT_EQ(routing.value(HeaderId::record_route), "<sip:192.0.2.1;lr>");
  EXPECT_FALSE(routing.has(HeaderId::call_id));
  ASSERT_TRUE(index_sip("OPTIONS sip:a@b SIP/2.0\r\n\rVia: SIP/2.0/UDP h\r\n\r\n", &whole));
  ASSERT_TRUE(index_routing("OPTIONS sip:a@b SIP/2.0\r\n\rVia: SIP/2.0/UDP h\r\n\r\n", &routing));
  EXPECT_EQ(routing.value(HeaderId::via), whole.value(HeaderId::via));
  EXPECT_FALSE(index_routing("HTTP/1.0 200 OK\r\n\r\n", &routing));
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
      {"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: a;tag=1\r\nTo: "
       "b\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: ...\r\n\r\n",
       "Content-Length"},
  };
  for (const auto& row : kCases) {
    SipIndex sip;
    ASSERT_TRUE(index_sip(row.bytes, &sip)) << row.bytes;
    ASSERT_NE(sip.malformed, nullptr) << row.bytes;
    EXPECT_NE(std::string_view(sip.malformed).find(row.word), std::string_view::npos)
        << sip.malformed;
  }
}

std::string torture(const std::string& name) {
  std::ifstream file(root_path("../shared/captures/torture/") + name, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What is wrong with a message, found while it is located or when its values are parsed.
std::string fault_of(const std::string& bytes) {
  SipIndex sip;
  if (!index_sip(bytes, &sip)) return "no start-line";
  if (sip.malformed != nullptr) return sip.malformed;
  const auto fault = find_syntax_fault(sip, bytes);
  return fault ? std::string(fault->header) + ": " + fault->rule : std::string();
}

TEST(Torture, ValidMessagesAreNotFlagged) {
  if (!exists(root_path("../shared/captures/torture"))) GTEST_SKIP() << "no shared captures here";
  for (const char* name :
       {"wsinv.dat",   "intmeth.dat",  "esc01.dat",    "escnull.dat",  "esc02.dat",
        "lwsdisp.dat", "longreq.dat",  "dblreq.dat",   "semiuri.dat",  "transports.dat",
        "mpart01.dat", "unreason.dat", "noreason.dat", "inv2543.dat",  "unkscm.dat",
        "novelsc.dat", "unksm2.dat",   "bext01.dat",   "invut.dat",    "regaut01.dat",
        "bcast.dat",   "zeromf.dat",   "cparam01.dat", "cparam02.dat", "regescrt.dat",
        "sdp01.dat"}) {
    EXPECT_EQ(fault_of(torture(std::string("rfc4475/") + name)), "") << name;
  }
  for (const char* name :
       {"ipv6-good", "port-ambiguous", "port-unambiguous", "via-received-param-with-delim",
        "via-received-param-no-delim", "ipv6-in-sdp", "mult-ip-in-header", "mult-ip-in-sdp",
        "ipv4-mapped-ipv6", "ipv6-correct-abnf-2-colons"}) {
    EXPECT_EQ(fault_of(torture(std::string("rfc5118/") + name)), "") << name;
  }
}

// RFC 4475 3.1.2 and 3.3, RFC 5118: what is wrong, and with which header.
TEST(Torture, InvalidMessagesSayWhatIsWrong) {
  if (!exists(root_path("../shared/captures/torture"))) GTEST_SKIP() << "no shared captures here";
  const std::pair<const char*, const char*> kExpected[] = {
      {"rfc4475/badinv01.dat", "Via: nothing stands between two separators"},
      {"rfc4475/clerr.dat", "Content-Length is larger than the body"},
      {"rfc4475/ncl.dat", "Content-Length is not a number"},
      {"rfc4475/scalar02.dat", "CSeq is not a number"},
      {"rfc4475/scalarlg.dat", "CSeq is not a number"},
      {"rfc4475/quotbal.dat", "To: a quoted string is not closed"},
      {"rfc4475/ltgtruri.dat", "Request-URI in angle brackets"},
      {"rfc4475/lwsruri.dat", "space inside the Request-URI"},
      {"rfc4475/lwsstart.dat", "more than one space in the Request-Line"},
      {"rfc4475/trws.dat", "space after the SIP-Version"},
      {"rfc4475/escruri.dat", "Request-Line: headers in a Request-URI"},
      {"rfc4475/baddate.dat", "Date: Date is not in GMT"},
      {"rfc4475/regbadct.dat", "Contact: a URI with '?'"},
      {"rfc4475/badaspec.dat", "To: white space inside angle brackets"},
      {"rfc4475/baddn.dat", "From: a display name with such a character needs quotes"},
      {"rfc4475/badvers.dat", "SIP-Version is not 2.0"},
      {"rfc4475/mismatch01.dat", "CSeq names another method"},
      {"rfc4475/mismatch02.dat", "CSeq names another method"},
      {"rfc4475/bigcode.dat", "Status-Code is not 100 to 699"},
      {"rfc4475/insuf.dat", "From is missing"},
      {"rfc4475/multi01.dat", "stands twice"},
      {"rfc4475/mcl01.dat", "two Content-Length headers that differ"},
      {"rfc5118/ipv6-bad", "an IPv6 address in a URI has no brackets"},
      {"rfc5118/ipv6-bug-abnf-3-colons", "no IPv6 address stands in the brackets"},
  };
  for (const auto& [name, expected] : kExpected) {
    const std::string fault = fault_of(torture(name));
    EXPECT_NE(fault.find(expected), std::string::npos) << name << ": " << fault;
  }
}

// Cut anywhere, a header either has its whole value or none.
TEST(Sip, CutHeader) {
  SipIndex whole;
  ASSERT_TRUE(index_sip(kInvite, &whole));
  for (size_t length = whole.start_line.size(); length <= kInvite.size(); length++) {
    const std::string_view bytes = kInvite.substr(0, length);
    SipIndex sip;
    if (!index_sip(bytes, &sip)) continue;
    drop_cut_header(bytes, &sip);
    for (const HeaderId id : {HeaderId::from, HeaderId::to, HeaderId::call_id, HeaderId::cseq}) {
      if (sip.has(id)) {
        EXPECT_EQ(sip.value(id), whole.value(id)) << length;
      }
    }
    EXPECT_EQ(sip.cseq.valid, sip.has(HeaderId::cseq)) << length;
  }
}

// What lies behind the body: padding and a second message are discarded (RFC 3261 18.3), a body
// that goes on is a wrong length. The place of what is wrong is told.
TEST(Sip, WhatLiesBehindTheBody) {
  const std::string head =
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nTo: <sip:a@b>\r\n"
      "From: <sip:c@d>;tag=1\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
      "Content-Length: 5\r\n\r\nv=0\r\n";
  SipIndex sip;
  for (const std::string& rest : {std::string(), std::string("\r\n"), std::string(3, '\0'),
                                  std::string("INVITE sip:joe@example.com SIP/2.0\r\n")}) {
    const std::string message = head + rest;
    ASSERT_TRUE(index_sip(message, &sip));
    EXPECT_EQ(sip.malformed, nullptr) << rest;
    EXPECT_EQ(sip.body, "v=0\r\n");
  }
  const std::string longer = head + "s=-\r\n";
  ASSERT_TRUE(index_sip(longer, &sip));
  EXPECT_STREQ(sip.malformed, "Content-Length is smaller than the body (RFC 3261 18.3)");
  EXPECT_EQ(sip.malformed_at - longer.data(),
            static_cast<std::ptrdiff_t>(longer.find("5\r\n\r\n")));
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
}  // namespace sipladder::sip_test
