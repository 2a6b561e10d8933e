// What the mask of the terminal UI replaces, and what it leaves.
#include "tui/mask.h"

#include <gtest/gtest.h>

#include "decode/address.h"

namespace sipladder::mask_test {
namespace {

class MaskTest : public testing::Test {
 protected:
  MaskTest() {
    mask_.use_key("a key");
    mask_.toggle();
  }
  Mask mask_;
};

TEST_F(MaskTest, LeavesAllWhileItIsOff) {
  mask_.toggle();
  EXPECT_EQ(mask_.name("alice"), "alice");
  EXPECT_EQ(mask_.sentence("from 192.0.2.1"), "from 192.0.2.1");
}

TEST_F(MaskTest, ReplacesANameAlwaysByTheSameOne) {
  const std::string other = mask_.name("alice");
  EXPECT_NE(other, "alice");
  EXPECT_EQ(other.size(), 5U);
  EXPECT_EQ(mask_.name("alice"), other);
  EXPECT_EQ(mask_.name("sip:alice@lab.example").substr(0, 10), "sip:" + other + "@");
  EXPECT_EQ(mask_.sentence("it is alice's phone"), "it is " + other + "'s phone");
  EXPECT_EQ(mask_.cell("callee", "alice"), other);
}

TEST_F(MaskTest, KeepsPortsAndTheKindOfAnAddress) {
  const std::string other = mask_.name("192.168.20.10:5060");
  EXPECT_NE(other, "192.168.20.10:5060");
  EXPECT_EQ(other.substr(0, 8), "192.168.");
  EXPECT_EQ(other.substr(other.size() - 5), ":5060");
  const std::string host = other.substr(0, other.size() - 5);
  EXPECT_EQ(mask_.sentence("the answer goes to 192.168.20.10:5060; it is lost"),
            "the answer goes to " + host + ":5060; it is lost");
  EXPECT_EQ(mask_.sentence("via 192.168.20.10,"), "via " + host + ",");
  const std::string v6 = mask_.name("[2001:db8::17]:5061");
  EXPECT_NE(v6, "[2001:db8::17]:5061");
  EXPECT_EQ(v6.substr(v6.size() - 6), "]:5061");
}

// A user of digits stands behind a colon as a port does.
TEST_F(MaskTest, ReplacesUsersOfDigitsOnly) {
  for (const char* text :
       {"sip:768000@lab.example", "<sip:768000@192.0.2.1:5060>;tag=7", "tel:768000", "sips:768000",
        "sip:alice:768000@lab.example", "sip:768000;phone-context=x@lab.example"}) {
    EXPECT_EQ(mask_.name(text).find("768000"), std::string::npos) << text;
    EXPECT_EQ(mask_.sentence(text).find("768000"), std::string::npos) << text;
    EXPECT_EQ(mask_.cell("value", text).find("768000"), std::string::npos) << text;
    EXPECT_EQ(mask_.header("Contact", text).find("768000"), std::string::npos) << text;
  }
  EXPECT_NE(mask_.name("sip:768000@lab.example:5062;lr").find(":5062;lr"), std::string::npos);
  EXPECT_NE(mask_.name("<sip:768000@lab.example:5062>").find(":5062>"), std::string::npos);
}

TEST_F(MaskTest, KeepsTheNumbersOfTheProtocolInHeaders) {
  EXPECT_EQ(mask_.header("Max-Forwards", "70"), "70");
  EXPECT_EQ(mask_.header("CSeq", "14411 INVITE"), "14411 INVITE");
  EXPECT_EQ(mask_.header("Content-Type", "application/sdp"), "application/sdp");
  EXPECT_EQ(mask_.header("Via", "SIP/2.0/UDP 192.0.2.1:5060;rport").substr(0, 12), "SIP/2.0/UDP ");
  EXPECT_EQ(mask_.header("Call-ID", "768000").find("768000"), std::string::npos);
  EXPECT_EQ(mask_.cell("header:Max-Forwards", "70"), "70");
}

// Words of our sentences, numbers of packets, codes, times.
TEST_F(MaskTest, LeavesSentencesReadable) {
  mask_.name("caller");
  mask_.name("101");
  for (const char* text :
       {"caller hears nothing: 349 packets lost (frame 15)", "one-way", "completed",
        "RFC 3261 18.2.1", "the INVITE is repeated 6 times within 101 ms",
        "00:55:04 G.711 PCMU/8000", "2024-01-02T03:04:05.123456Z",
        "E-model G.107, figures of G.113", "[\"PCMU/8000\",\"telephone-event/8000\"]"})
    EXPECT_EQ(mask_.sentence(text), text);
  EXPECT_EQ(mask_.cell("state", "in-call"), "in-call");
}

// The numbers of a header that counts are no names, wherever they stand.
TEST_F(MaskTest, LearnsNoNameFromCountsAndTimes) {
  mask_.header("Session-Expires", "86400;refresher=uac");
  mask_.header("Date", "Sat, 13 Nov 2010 23:29:00 GMT");
  const std::string text = "86400 s are over, since Nov 2010, of the refresher";
  EXPECT_EQ(mask_.sentence(text), text);
}

TEST_F(MaskTest, ReplacesWhatASentenceShowsToBeAUri) {
  for (const char* text : {"sip:carol@lab.example", "carol@lab.example", "lab.example"}) {
    const std::string masked = mask_.sentence(std::string("of ") + text + " since");
    EXPECT_EQ(masked.find("carol"), std::string::npos) << masked;
    EXPECT_EQ(masked.find("lab"), std::string::npos) << masked;
    EXPECT_EQ(masked.substr(0, 3), "of ");
  }
}

TEST_F(MaskTest, ReplacesWithinAMessage) {
  const std::string other = mask_.name("alice");
  const std::string masked = mask_.message(
      "OPTIONS sip:alice@192.0.2.1 SIP/2.0\r\nFrom: <sip:alice@192.0.2.1>;tag=1\r\n\r\n");
  EXPECT_EQ(masked.find("alice"), std::string::npos) << masked;
  EXPECT_EQ(masked.find("192.0.2.1"), std::string::npos) << masked;
  EXPECT_NE(masked.find("From: <sip:" + other + "@"), std::string::npos) << masked;
}

}  // namespace
}  // namespace sipladder::mask_test
