// The command line: what is wrong usage, and what a selection means.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "query/time_option.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::usage_test {
namespace {

class Usage : public FlowTest {
 protected:
  void SetUp() override {
    write_capture(scratch_path("usage.pcap"),
                  "host alice 192.0.2.101\nhost bob 192.0.2.102\n"
                  "0.000 alice > bob INVITE sip:bob@example.com call=one\n"
                  "0.100 bob > alice 200\n0.200 alice > bob ACK\n"
                  "9.000 alice > bob BYE\n9.100 bob > alice 200 (BYE)\n"
                  "20.000 alice > bob OPTIONS sip:bob@example.com call=two\n20.100 bob > alice 200 "
                  "(OPTIONS)\n");
  }
  int status(std::vector<std::string> words) {
    words.push_back(path_);
    return run_binary(words).status;
  }
};

TEST_F(Usage, MistakesExitWith2) {
  EXPECT_EQ(status({"bogus"}), 2);
  EXPECT_EQ(status({"nat"}), 0);
  EXPECT_EQ(status({"nat", "--endpoint", "192.0.2.101"}), 0);
  EXPECT_EQ(status({"nat", "--endpoint", "[2001:db8::1]:5060"}), 0);
  EXPECT_EQ(status({"nat", "--endpoint", "alice"}), 2);
  EXPECT_EQ(status({"calls", "--from", "yesterday"}), 2);
  EXPECT_EQ(status({"calls", "--to", "2099"}), 2);
  EXPECT_EQ(status({"calls", "--bpf", "udp and ("}), 2);
  EXPECT_EQ(status({"calls", "-v"}), 2);
  EXPECT_EQ(status({"-l", "100"}), 2);
  EXPECT_EQ(run_binary({"-i", path_}).status, 2);
  // A file that cannot be opened is no wrong usage.
  EXPECT_EQ(status({"calls", scratch_path("no-such-capture.pcap")}), 3);
  EXPECT_EQ(status({"calls", "--from", "2024-01-02", "--to", "1704164645.5"}), 0);
  EXPECT_EQ(status({"-q", "-r", "-c", "-N"}), 0);
}

TEST_F(Usage, Times) {
  constexpr int64_t kSecond = 1'000'000'000;
  EXPECT_EQ(parse_time("1970-01-02"), 86'400 * kSecond);
  EXPECT_EQ(parse_time("2024-01-02T03:04:05.25Z"), 1'704'164'645'250'000'000);
  EXPECT_EQ(parse_time("2024-01-02 04:04:05.25+01:00"), 1'704'164'645'250'000'000);
  EXPECT_EQ(parse_time("2024-01-02T03:04"), 1'704'164'640 * kSecond);
  EXPECT_EQ(parse_time("1704164645"), 1'704'164'645 * kSecond);
  for (const char* wrong : {"", "2024", "20240102", "2024-02-30", "2024-01-02T25:00", "now",
                            "2024-01-02x", "17041646450000", "2024-01-02T03:04:05+1"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

TEST_F(Usage, InvertedMatch) {
  const RunResult result = run_binary(
      {"calls", path_, "-v", "--match", "INVITE", "--format", "csv", "--columns", "kind"});
  EXPECT_EQ(result.out, "kind\noptions\n");
}

// Figures about calls are of the chosen calls only; figures about the capture are of all of it.
TEST_F(Usage, StatsOfChosenCalls) {
  const auto stats = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"stats", path_,       "--format",
                                      "csv",   "--columns", "\"group\",name,count"};
    words.insert(words.end(), more.begin(), more.end());
    return run_binary(words).out;
  };
  const auto has = [](const std::string& text, const char* row) {
    return text.find(std::string(row) + "\n") != std::string::npos;
  };
  const std::string all = stats({}), options = stats({"--where", "kind='options'"});
  EXPECT_TRUE(has(all, "capture,packets,7") && has(options, "capture,packets,7"));
  EXPECT_TRUE(has(all, "methods,INVITE,1") && has(all, "methods,OPTIONS,1"));
  EXPECT_TRUE(has(options, "methods,OPTIONS,1") && has(options, "codes,200,1"));
  EXPECT_FALSE(has(options, "methods,INVITE,1"));
  EXPECT_TRUE(has(all, "calls,attempts,1") && has(options, "calls,attempts,0"));
  EXPECT_TRUE(has(stats({"-c"}), "codes,200,2"));
}

// CSV on a terminal: control characters are escaped. Line ends stay in quoted cells.
TEST_F(Usage, CsvOnATerminal) {
  const RunResult result = run_binary(
      {"sql", path_, "SELECT char(27)||'[2J'||char(7) AS a, 'x'||char(13,10)||'y'||char(13) AS b",
       "--format", "csv"});
  EXPECT_EQ(result.out, "a,b\n\\x1B[2J\\x07,\"x\r\ny\\x0D\"\n");
}

}  // namespace
}  // namespace sipladder::usage_test
