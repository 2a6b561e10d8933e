// `check`: exit statuses, baselines, rules, and formats that other programs read.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::check_test {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class Check : public FlowTest {
 protected:
  void SetUp() override {
    // Call one is answered, call two never; the names of both hold what formats must escape.
    write_capture(
        scratch_path("check.pcap"),
        "host alice 192.0.2.101\nhost bob 192.0.2.102\n"
        "0.000 alice > bob INVITE sip:bob@example.com call=one\n"
        "0.100 bob > alice 200\n0.200 alice > bob ACK\n"
        "9.000 alice > bob BYE\n9.100 bob > alice 200 (BYE)\n"
        "20.000 alice > bob INVITE sip:bob@example.com call=a<&\"'%:,b\n"
        "20.500 alice > bob repeat INVITE\n21.500 alice > bob repeat INVITE\n"
        "23.500 alice > bob repeat INVITE\n27.500 alice > bob repeat INVITE\n"
        "95.000 alice > bob OPTIONS sip:bob@example.com call=three\n95.100 bob > alice 200 "
        "(OPTIONS)\n");
  }

  RunResult run(std::vector<std::string> words) {
    words.insert(words.begin(), {"check", path_});
    return run_binary(words);
  }
  int status(const std::vector<std::string>& words) { return run(words).status; }
  std::string file(const std::string& name, const std::string& text) {
    const std::string path = scratch_path(name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
};

TEST_F(Check, ExitStatuses) {
  EXPECT_EQ(status({}), 1);  // txn-timeout
  EXPECT_EQ(status({"--call", "1"}), 0);
  EXPECT_EQ(status({"--call", "999", "--fail-on", "info"}), 0);
  EXPECT_EQ(status({"--fail-on", "fatal"}), 2);
  EXPECT_EQ(status({"--format", "xml"}), 2);
  EXPECT_EQ(status({"--call", "1", "--assert", "state='completed'"}), 0);
  EXPECT_EQ(status({"--call", "1", "--assert", "state='failed'"}), 1);
  // An assertion about a value that is NULL fails.
  EXPECT_EQ(status({"--call", "1", "--assert", "mos > 3"}), 1);
  for (const char* wrong : {"", "nonsense = 1", "1; SELECT 2", "(", "count(*) > 1"})
    EXPECT_EQ(status({"--assert", wrong}), 2) << wrong;
  EXPECT_EQ(status({"--rule", "/no/such/rule.sql"}), 3);
  EXPECT_EQ(status({"--baseline", "/no/such/baseline"}), 3);
  EXPECT_EQ(status({"--write-baseline", "/no/such/folder/baseline"}), 4);
  EXPECT_EQ(run_binary({"check", scratch_path("no-such.pcap")}).status, 3);
}

TEST_F(Check, WhatCouldNotBeReadWholeGoesBeforeWhatFailed) {
  const auto size = std::filesystem::file_size(path_);
  std::filesystem::resize_file(path_, size - 20);
  const RunResult result = run({"--format", "junit"});
  EXPECT_EQ(result.status, 3);
  EXPECT_TRUE(contains(result.out, "txn-timeout")) << result.out;
  EXPECT_TRUE(contains(result.out, "<error message=")) << result.out;
}

TEST_F(Check, ABaselineAcceptsWhatItWrote) {
  const std::string base = scratch_path("check-baseline.txt");
  EXPECT_EQ(status({"--write-baseline", base}), 0);
  EXPECT_EQ(status({"--baseline", base}), 0);
  EXPECT_EQ(status({"--baseline", base, "--fail-on", "info"}), 0);
  EXPECT_FALSE(std::filesystem::exists(base + ".new"));
  // Reasons stay when it is written anew.
  std::stringstream text;
  text << std::ifstream(base).rdbuf();
  std::string edited = text.str();
  size_t at = 0;
  while ((at = edited.find("reason:\n", at)) != std::string::npos) edited.insert(at += 7, " lab 7");
  std::ofstream(base, std::ios::binary) << edited;
  EXPECT_EQ(status({"--baseline", base, "--write-baseline", base}), 0);
  std::stringstream again;
  again << std::ifstream(base).rdbuf();
  EXPECT_EQ(again.str(), edited);
}

TEST_F(Check, EntriesOfABaseline) {
  const auto with = [&](const std::string& entry) {
    return status({"--baseline", file("entry.txt", "code: txn-timeout\n" + entry)});
  };
  EXPECT_EQ(with(""), 0);
  EXPECT_EQ(with("call-id: a<&\"'%:,b\n"), 0);
  EXPECT_EQ(with("call-id: another\n"), 1);
  EXPECT_EQ(with("caller: alice\ncallee: bob\n"), 0);
  EXPECT_EQ(with("caller: carol\n"), 1);
  EXPECT_EQ(with("severity: warning\n"), 1);  // it is worse than that
  EXPECT_EQ(with("expires: 2099-01-01\n"), 0);
  EXPECT_EQ(with("expires: 1980-01-01\n"), 1);  // before the packets
  EXPECT_EQ(with("expires: 1980-01-01\ncode: txn-timeout\n"), 0);
  for (const char* wrong : {"expires: soon\n", "color: red\n", "severity: bad\n", "what is this\n"})
    EXPECT_EQ(with(wrong), 2) << wrong;
  EXPECT_EQ(status({"--baseline", file("entry.txt", "reason: no code\n")}), 2);
}

TEST_F(Check, Rules) {
  const auto with = [&](const std::string& text, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--call", "1", "--rule", file("rule.sql", text)});
    return run(more);
  };
  const std::string head = "-- code: lab-x\n-- severity: warning\n-- sentence: it is so\n";
  EXPECT_EQ(with(head + "SELECT id AS call FROM calls").status, 0);
  const RunResult found =
      with(head + "SELECT id AS call, kind FROM calls;\n", {"--fail-on", "warning"});
  EXPECT_EQ(found.status, 1);
  EXPECT_TRUE(contains(found.out, "warning lab-x, call 1")) << found.out;
  EXPECT_TRUE(contains(found.out, "it is so: kind call")) << found.out;
  EXPECT_EQ(with(head + "SELECT 'error' AS severity FROM calls").status, 1);
  for (const std::string& wrong :
       {std::string("SELECT 1"), head, head + "DROP TABLE calls", head + "SELECT nonsense",
        head + "SELECT 1; SELECT 2", head + "SELECT 'fatal' AS severity",
        head + "SELECT 77 AS call", head + "SELECT 'No Code' AS code",
        std::string("-- code: txn-timeout\n-- severity: error\n-- sentence: mine\nSELECT 1"),
        std::string("-- code: a\n-- severity: fatal\n-- sentence: mine\nSELECT 1")}) {
    EXPECT_EQ(with(wrong).status, 2) << wrong;
  }
}

TEST_F(Check, AnnotationsStayInTheirLine) {
  const RunResult result = run({"--format", "github", "--assert", "call_id <> 'a%:,\n::b' AND 0"});
  EXPECT_EQ(result.status, 1);
  for (const std::string& line : lines_of(result.out)) {
    EXPECT_TRUE(line.starts_with("::error title=") || line.starts_with("failed: ")) << line;
  }
  EXPECT_TRUE(contains(result.out, "a%25:,%0A::b")) << result.out;
}

TEST_F(Check, JunitIsXml) {
  const RunResult result = run({"--format", "junit", "--assert", "caller <> '<&\"]]>\x01\xFF'",
                                "--assert", "state = '<&\"]]>\x01\xFF'"});
  EXPECT_EQ(result.status, 1);
  EXPECT_FALSE(contains(result.out, "\x01"));
  const std::string xml = file("check.xml", result.out);
  if (std::system("xmllint --version >/dev/null 2>&1") != 0) GTEST_SKIP();
  EXPECT_EQ(std::system(("xmllint --noout '" + xml + "'").c_str()), 0) << result.out;
}

}  // namespace
}  // namespace sipladder::check_test
