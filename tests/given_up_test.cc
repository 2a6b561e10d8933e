// What has a bound gives up the rest in a way that is stated, and counts it.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "capture/hop_inference.h"
#include "export/redact/pseudonyms.h"
#include "export/redact/redact.h"
#include "tests/support/packet_builder.h"
#include "tests/support/scratch.h"

namespace sipladder::given_up_test {
namespace {

// A request that the host which wrote the log has sent, without addresses.
TraceMessage sent_request(size_t number, const std::string& via) {
  TraceMessage message;
  message.head.way = TraceHead::Way::sent;
  message.bytes = "OPTIONS sip:bob@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP " + via +
                  ";branch=z9hG4bK" + std::to_string(number) +
                  "\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\n\r\n";
  return message;
}

TEST(GivenUp, HostsOfALogBeyondTheBoundAreNotLearned) {
  HopInference hops;
  const auto host = [](size_t i) {
    return "10." + std::to_string(i / 60'000) + "." + std::to_string(i / 250 % 240) + "." +
           std::to_string(i % 250 + 1);
  };
  for (size_t i = 0; i < HopInference::kMaxHosts; i++) hops.learn(sent_request(i, host(i)));
  EXPECT_EQ(hops.forgotten(), 0U);
  for (size_t i = 0; i < 3; i++) hops.learn(sent_request(i + 50'000, "198.51.100.7"));
  EXPECT_EQ(hops.forgotten(), 3U);
  // One that is known goes on to be counted: it is now the host that wrote the log.
  hops.learn(sent_request(60'000, host(77)));
  EXPECT_EQ(hops.forgotten(), 3U);
  TraceMessage received = sent_request(70'000, "203.0.113.1");
  received.head.way = TraceHead::Way::received;
  hops.learn(received);
  hops.fill(&received);
  ASSERT_TRUE(received.head.dst.known);
  EXPECT_EQ(received.head.dst.bytes[2], 0);
  EXPECT_EQ(received.head.dst.bytes[3], 78);
}

TEST(GivenUp, WordsBeyondTheBoundKeepTheirReplacement) {
  const KeyedHash hash("a key");
  Pseudonyms few(hash, 8);
  std::vector<std::string> words, first;
  for (size_t i = 0; i < 40; i++)
    words.push_back(i % 2 == 0 ? "+49301234" + std::to_string(567 + i) : "w" + std::to_string(i));
  for (const std::string& word : words) first.push_back(few.of(word));
  for (int again = 0; again < 3; again++) {
    for (size_t i = 0; i < words.size(); i++) EXPECT_EQ(few.of(words[i]), first[i]) << words[i];
  }
  EXPECT_GT(few.beyond(), 0U);
  EXPECT_LE(few.replaced().size(), 8U);
  Pseudonyms many(hash);
  for (const std::string& word : words) many.of(word);
  EXPECT_EQ(many.beyond(), 0U);
  EXPECT_EQ(many.replaced().size(), words.size());
}

// The first fragment of a datagram comes 10,000 times, then its second one: copies beyond the bound
// are zeroed and counted, the datagram itself is redacted.
TEST(GivenUp, CopiesOfAFragmentAreBounded) {
  const std::string a = "192.0.2.1", b = "192.0.2.2";
  const std::string datagram = build::udp(build::sip_message("bernadette-call"), a, b, 5060, 5060);
  const size_t cut = 64;
  const std::string begin =
      build::ethernet_ip(build::ipv4_fragment(datagram.substr(0, cut), 17, a, b, 7, 0, true));
  const std::string end =
      build::ethernet_ip(build::ipv4_fragment(datagram.substr(cut), 17, a, b, 7, cut, false));
  std::vector<build::TimedPacket> packets(10'000, {1'000'000'000, begin});
  packets.push_back({1'001'000'000, end});
  const std::string in = scratch_path("copies.pcap"), out = scratch_path("copies-out.pcap");
  std::ofstream(in, std::ios::binary) << build::pcap(packets);
  RedactOptions options;
  options.in = in;
  options.out = out;
  const RedactReport report = redact(options);
  EXPECT_EQ(report.unwritable, "");
  std::string lines;
  for (const std::string& line : report.lines) lines += line + "\n";
  EXPECT_NE(lines.find("or came too often: 1808 fragments"), std::string::npos) << lines;
}

}  // namespace
}  // namespace sipladder::given_up_test
