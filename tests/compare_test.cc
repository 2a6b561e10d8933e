// compare A B: what happens to the same calls between two capture points.
#include <gtest/gtest.h>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::compare_test {
namespace {

constexpr const char* kHosts = "host alice 192.0.2.101\nhost p1 192.0.2.1\nhost bob 192.0.2.102\n";

// One capture point sees alice and the proxy. The other one sees the proxy and bob, 5 ms later; its
// clock is 100 ms ahead.
std::string before_proxy() {
  return write_flow(scratch_path("before.pcap"),
                    std::string(kHosts) +
                        "1.000 alice > p1 INVITE sip:bob@example.com call=one\n"
                        "1.130 p1 > alice 200 call=one totag=b\n"
                        "1.200 alice > p1 ACK call=one totag=b\n"
                        "1.300 alice > p1 INFO sip:bob@example.com call=one cseq=7\n");
}
std::string behind_proxy() {
  return write_flow(scratch_path("behind.pcap"),
                    std::string(kHosts) +
                        "1.105 p1 > bob INVITE sip:bob@192.0.2.102 call=one "
                        "via=192.0.2.1,192.0.2.101 from=<sip:alice@example.com> "
                        "fromtag=alice-tag\n"
                        "1.225 bob > p1 200 call=one totag=b\n"
                        "1.305 p1 > bob ACK call=one totag=b\n");
}

TEST(Compare, ProxyAddsItsViaAndTheClockIsTold) {
  const RunResult json =
      run_binary({"compare", before_proxy(), behind_proxy(), "--format", "json"});
  EXPECT_EQ(json.status, 0) << json.err;
  for (const char* key :
       {"\"matched\":1", "\"clock_offset_ms\":100.000", "\"clock_error_ms\":5.000",
        "\"box\":", "\"calls\":[", "\"messages\":[", "\"delay_ms\":5.000",
        "\"changed\":[{\"name\":\"Request-URI\"", "\"added\":[", "\"removed\":[", "\"sdp\":[",
        "\"lost\":[", "\"rtp_lost\":0"})
    EXPECT_NE(json.out.find(key), std::string::npos) << key << " in " << json.out;
  EXPECT_NE(json.out.find("{\"message\":\"INFO\",\"seen_at\":\"A\""), std::string::npos)
      << json.out;
}

// Values that both points have are dropped one by one; what is left is compared in its order.
TEST(Compare, ValuesOfOneHeader) {
  const auto flow = [](const char* name, const char* values) {
    return write_flow(scratch_path(name), std::string(kHosts) +
                                              "1.000 alice > bob INVITE sip:bob@example.com\n"
                                              "    Supported: " +
                                              values + "\n");
  };
  const std::string from = flow("from.pcap", "a, b, b, c, a, x"),
                    to = flow("to.pcap", "b, c, d, b, b, e, x, f");
  const RunResult json = run_binary({"compare", from, to, "--format", "json"});
  EXPECT_NE(json.out.find("\"changed\":[{\"name\":\"Supported\",\"from\":\"a\",\"to\":\"d\"},"
                          "{\"name\":\"Supported\",\"from\":\"a\",\"to\":\"b\"}]"),
            std::string::npos)
      << json.out;
  EXPECT_NE(json.out.find("\"added\":[{\"name\":\"Supported\",\"from\":null,\"to\":\"e\"},"
                          "{\"name\":\"Supported\",\"from\":null,\"to\":\"f\"}]"),
            std::string::npos)
      << json.out;
}

TEST(Compare, TheSameFileTwiceIsANetworkPath) {
  const std::string path = before_proxy();
  const RunResult text = run_binary({"compare", path, path});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_NE(text.out.find("nothing is changed"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find("not at the other point"), std::string::npos) << text.out;
}

TEST(Compare, FormatsAndMistakes) {
  const std::string path = before_proxy();
  const RunResult html = run_binary({"compare", path, path, "--format", "html"});
  EXPECT_NE(html.out.find("Content-Security-Policy"), std::string::npos);
  EXPECT_EQ(run_binary({"compare", path}).status, 2);
  EXPECT_EQ(run_binary({"compare", path, path, "--format", "csv"}).status, 2);
  EXPECT_EQ(run_binary({"compare", path, "/nowhere.pcap"}).status, 3);
}

}  // namespace
}  // namespace sipladder::compare_test
