// ng and rtpproxy, message by message.
#include "decode/relay_control.h"

#include <gtest/gtest.h>

#include "decode/media.h"

namespace sipladder::relay_control_test {
namespace {

// What was read, as a line; "-" when nothing was.
std::string read(std::string_view bytes) {
  std::string unescaped;
  const auto c = parse_relay_control(bytes, &unescaped);
  if (!c) return "-";
  static constexpr const char* kVerbs[] = {"other", "offer", "answer", "remove", "reply"};
  std::string text = std::string(to_string(c->protocol)) + " " +
                     kVerbs[static_cast<size_t>(c->verb)] + (c->refused ? " refused" : "") + " " +
                     std::string(c->cookie);
  for (const std::string_view part : {c->call_id, c->from_tag, c->to_tag, c->sdp})
    text += "|" + std::string(part);
  if (!c->via_branch.empty()) text += "|via " + std::string(c->via_branch);
  if (c->warned) text += "|warned";
  if (c->media.port != 0) text += "|" + to_string(c->media) + "/" + std::to_string(c->line);
  return text;
}

struct Case {
  const char* bytes;
  const char* expected;
};

TEST(RelayControl, Ng) {
  const Case cases[] = {
      {"1_1 d7:command4:pinge", "ng other 1_1||||"},
      {"1_1 d6:result4:ponge", "ng reply 1_1||||"},
      {"c d3:sdp3:v=07:call-id1:x8:from-tag1:a6:to-tag1:b7:command6:answere",
       "ng answer c|x|a|b|v=0"},
      {"c d7:command5:offer5:flagsl5:trust1:xe1:ni-12e1:dd1:a1:bee", "ng offer c||||"},
      {"c d7:command6:delete7:call-id0:e", "ng remove c||||"},
      {"c d12:error-reason3:bad6:result5:errore", "ng reply refused c||||"},
      {"c d6:result10:load limite", "ng reply refused c||||"},
      {"c d7:command6:delete7:call-id1:x10:via-branch2:b1e", "ng remove c|x||||via b1"},
      {"c d7:warning9:not found6:result2:oke", "ng reply c|||||warned"},
      // The keys of a dictionary inside are not its own.
      {"c d4:tagsd7:call-id5:innere7:command5:querye", "ng other c||||"},
      {"c {\"command\":\"offer\",\"call-id\":\"x\",\"sdp\":\"a\\r\\nb\"}", "ng offer c|x|||a\r\nb"},
      {"c { \"command\" : \"offer\" , \"n\":[1,{\"call-id\":\"y\"},true,null,-1.5e3] }",
       "ng offer c||||"},
      {"c {\"result\":\"ok\",\"sdp\":\"\\u00e9\\ud83d\\ude00\\ud83d\\/\\\"\"}",
       "ng reply c||||\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD/\""},
      // Cut: what stood before is there, what was cut is not.
      {"c d7:command5:offer7:call-id9:cut", "ng offer c||||"},
      {"c {\"command\":\"offer\",\"call-id\":\"cut", "ng offer c||||"},
      {"c {\"command\":\"offer\",\"call-id\":\"cut\\", "ng offer c||||"},
      {"c d7:command5:offer", "ng offer c||||"},
      // Nothing of it.
      {"c de", "-"},
      {"<14>myapp {\"level\":\"info\",\"command\":\"start\"}", "-"},
      {"myapp: {\"result\":\"fail\"}", "-"},
      {"c d3:sdp3:v=0e", "-"},
      {"c d7:command5:offer1:x99999999:e", "-"},
      {"c d7:command5:offer1:xqe", "-"},
      {"c {\"command\" \"offer\"}", "-"},
      {"d7:command5:offere", "-"},
      {" d7:command5:offere", "-"},
      {"c\x01 d7:command5:offere", "-"},
      {"c d", "-"},
      {"c {", "-"},
      {"", "-"},
  };
  for (const Case& one : cases) EXPECT_EQ(read(one.bytes), one.expected) << one.bytes;
}

TEST(RelayControl, Rtpproxy) {
  const Case cases[] = {
      {"9_1 Uc0,8,101 id@h 192.0.2.1 4000 from;1\n",
       "rtpproxy offer 9_1|id@h|from|||192.0.2.1:4000/0"},
      {"9_1 u id 192.0.2.1 4000 from;3 to;3", "rtpproxy offer 9_1|id|from|to||192.0.2.1:4000/2"},
      {"9_1 U6 id 2001:db8::1 4000 from", "rtpproxy offer 9_1|id|from|||[2001:db8::1]:4000/0"},
      {"9_1 L id 192.0.2.1 4000 from to\r\n", "rtpproxy answer 9_1|id|from|to||192.0.2.1:4000/0"},
      {"9_1 U id 192.0.2.1 4000 from to unix:/run/x tag",
       "rtpproxy offer 9_1|id|from|to||192.0.2.1:4000/0"},
      {"9_1 U id 192.0.2.1 4000 from && M4:1", "rtpproxy offer 9_1|id|from|||192.0.2.1:4000/0"},
      {"9_1 D id from to", "rtpproxy remove 9_1|id|from|to|"},
      {"9_1 Dw id from", "rtpproxy remove 9_1|id|from||"},
      {"9_1 V", "rtpproxy other 9_1||||"},
      {"9_1 VF 20040107", "rtpproxy other 9_1||||"},
      {"9_1 Q id from to", "rtpproxy other 9_1||||"},
      {"9_1 I", "rtpproxy other 9_1||||"},
      {"9_1 X", "rtpproxy other 9_1||||"},
      {"9_1 S id from", "rtpproxy other 9_1||||"},
      {"9_1 P0 id file pcmu from", "rtpproxy other 9_1||||"},
      {"9_1 U id 192.0.2.1 99999 from", "-"},
      {"9_1 U id host 4000 from", "-"},
      {"9_1 U id 192.0.2.1 4000", "-"},
      {"9_1 D id", "-"},
      {"9_1 Delete id from", "-"},
      {"9_1 VF x", "-"},
      {"9_1 S more than three arguments here", "-"},
      {"word D id from", "-"},
      {"<13>1 D id from", "-"},
      {"9_1 35000 192.0.2.1", "-"},
      {"9_1 Z", "-"},
      {"9_1 UIIc98,97 id 192.0.2.1 4000 from", "rtpproxy offer 9_1|id|from|||192.0.2.1:4000/0"},
      // Lines of logs.
      {"2026-12-01 user alice 203.0.113.9 51234 logged-in", "-"},
      {"20261201 user alice 203.0.113.9 51234 logged-in", "-"},
      {"2026-12-01 connection from host accepted", "-"},
      {"20261201 pam_unix session closed for user", "-"},
      {"1 packet loss seen on link", "-"},
      {"web01.cpu c 1 2 3", "-"},
  };
  for (const Case& one : cases) EXPECT_EQ(read(one.bytes), one.expected) << one.bytes;
}

TEST(RelayControl, RepliesOfRtpproxy) {
  const auto port = parse_rtpproxy_reply("9_1 35000\n");
  ASSERT_TRUE(port);
  EXPECT_EQ(port->media.port, 35000);
  EXPECT_EQ(port->media.ip.family, 0);
  const auto both = parse_rtpproxy_reply("9_1 35000 192.0.2.1\n");
  ASSERT_TRUE(both);
  EXPECT_EQ(to_string(both->media), "192.0.2.1:35000");
  const auto refused = parse_rtpproxy_reply("9_1 E8");
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->refused);
  EXPECT_EQ(refused->media.port, 0);
  EXPECT_FALSE(parse_rtpproxy_reply("word 35000"));
  EXPECT_FALSE(parse_rtpproxy_reply("9_1"));
}

TEST(RelayControl, IsAClassOfItsOwn) {
  EXPECT_EQ(classify_payload("1_1 d7:command4:pinge"), PayloadClass::relay_control);
  EXPECT_EQ(classify_payload("9_1 U id 192.0.2.1 4000 from"), PayloadClass::relay_control);
  EXPECT_EQ(classify_payload("9_1 35000 192.0.2.1\n"), PayloadClass::other);
  EXPECT_EQ(classify_payload("OPTIONS sip:x SIP/2.0\r\n\r\n"), PayloadClass::sip);
}

TEST(RelayControl, BoundsHold) {
  const std::string head = "1_1 d7:command5:offer1:x";
  const auto nested = [&](size_t depth) {
    return head + std::string(depth, 'l') + std::string(depth, 'e') + "e";
  };
  EXPECT_TRUE(is_relay_control(nested(kMaxRelayDepth)));
  EXPECT_FALSE(is_relay_control(nested(kMaxRelayDepth + 1)));
  const auto objects = [](size_t depth) {
    return "1_1 {\"command\":\"offer\",\"x\":" + std::string(depth, '[') + std::string(depth, ']') +
           "}";
  };
  EXPECT_TRUE(is_relay_control(objects(kMaxRelayDepth)));
  EXPECT_FALSE(is_relay_control(objects(kMaxRelayDepth + 1)));
  const auto sized = [&](size_t size) {
    const std::string text = std::to_string(size - head.size() - 7) + ":";
    return head + text + std::string(size - head.size() - text.size() - 1, 'x') + "e";
  };
  EXPECT_EQ(sized(kMaxRelayMessage).size(), kMaxRelayMessage);
  EXPECT_TRUE(is_relay_control(sized(kMaxRelayMessage)));
  EXPECT_FALSE(is_relay_control(sized(kMaxRelayMessage + 1)));
}

TEST(RelayControl, FramesOfAStream) {
  const std::string one = "1_1 d7:command4:pinge";
  EXPECT_EQ(frame_ng(one + "1_2 d").length, one.size());
  for (size_t size = 0; size < one.size(); size++) {
    const NgFrame frame = frame_ng(std::string_view(one).substr(0, size));
    EXPECT_EQ(frame.length, 0U) << size;
    EXPECT_FALSE(frame.bad) << size;
  }
  EXPECT_TRUE(frame_ng("1_1 x").bad);
  EXPECT_TRUE(frame_ng("\x01").bad);
  EXPECT_TRUE(frame_ng(std::string(200, 'x')).bad);
  EXPECT_TRUE(frame_ng("1_1 d1:x" + std::string(200, 'l')).bad);
  EXPECT_TRUE(frame_ng("1_1 d7:command70000:" + std::string(70'000, 'x')).bad);
  const std::string json = "1_1 {\"command\":\"}\\\"\"}";
  EXPECT_EQ(frame_ng(json + "2").length, json.size());
}

}  // namespace
}  // namespace sipladder::relay_control_test
