// Words, values and widths of the command line.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "export/cells.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::command_line_test {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

int widest(const std::string& text) {
  int width = 0;
  for (const std::string& line : lines_of(text))
    width = std::max(width, text_width(safe_text(line)));
  return width;
}

class CommandLine : public FlowTest {
 protected:
  void SetUp() override {
    write_capture(
        scratch_path("command-line.pcap"),
        "host alice 192.0.2.101\nhost p1 192.0.2.111 5062\nhost bob 192.0.2.102\n"
        "0.000 alice > p1 INVITE sip:bob@example.com call=one\n"
        "0.010 p1 > bob INVITE sip:bob@192.0.2.102 fwd\n"
        "0.100 bob > p1 486\n0.110 p1 > alice 486 fwd\n"
        "0.120 alice > p1 ACK\n0.130 p1 > bob ACK\n"
        "1.000 alice > bob INVITE sip:bob@example.com call=two from==2+3\n"
        "1.500 alice > bob repeat INVITE\n2.500 alice > bob repeat INVITE\n"
        "4.500 alice > bob repeat INVITE\n8.500 alice > bob repeat INVITE\n"
        "90.000 alice > bob OPTIONS sip:bob@example.com call=three\n90.100 bob > alice 200 "
        "(OPTIONS)\n");
  }

  RunResult run(std::vector<std::string> words) {
    words.push_back(path_);
    return run_binary(words);
  }
  void expect_refused(const std::vector<std::string>& words, std::string_view part) {
    const RunResult result = run(words);
    EXPECT_EQ(result.status, 2) << words.front() << " " << words.back();
    EXPECT_TRUE(has(result.err, part)) << result.err;
    EXPECT_EQ(result.out, "");
  }
};

TEST_F(CommandLine, WrongWordsNameTheNearest) {
  expect_refused({"calls", "--formt", "json"}, "--format");
  expect_refused({"calls", "--raw"}, "ladder, export have it");
  expect_refused({"clals"}, "did you mean calls?");
  expect_refused({"ladder", "--colums", "a"}, "ladder has no such option");
  EXPECT_TRUE(has(run_binary({"calls", path_, "1001"}).err, "--match 1001"));
  EXPECT_EQ(run_binary({path_, "1001"}).status, 2);
}

TEST_F(CommandLine, WrongValuesNameTheAllowedOnes) {
  expect_refused({"calls", "--format", "xml"}, "table, json, ndjson, csv or md");
  expect_refused({"ladder", "--format", "csv"}, "text, mermaid, plantuml, json, svg or html");
  expect_refused({"ladder", "--format", "svg", "--ascii"}, "--ascii");
  expect_refused({"export", "-o", "x.csv", "--sdp"}, "--sdp: is about ladders");
  expect_refused({"export", "-o", "x.puml", "--width", "80"}, "--width");
  expect_refused({"export", "-o", "x.html", "--side", "caller"}, "--side: is about scenarios");
  expect_refused({"export", "-o", "x.sipp.xml", "--audio"}, "--audio: is about a report");
  expect_refused({"export", "-o", "x.doc"}, "-o x.doc: write .csv, ");
  expect_refused({"calls", "--color", "blue"}, "auto, always or never");
  expect_refused({"calls", "--memory", "1K"}, "64M");
  expect_refused({"calls", "--limit", "-1"}, "0 or more");
  expect_refused({"calls", "--max-bytes", "x"}, "4096");
  expect_refused({"calls", "--call", "zero"}, "1 or more");
  expect_refused({"ladder", "--width", "3"}, "20 to 10000");
  expect_refused({"calls", "--where", "nonsense=1"}, "nonsense");
  expect_refused({"calls", "--columns", "nonsense"}, "nonsense");
  expect_refused({"streams", "--follow"}, "messages, transactions and calls");
  EXPECT_TRUE(has(run_binary({"sql", path_, "DROP TABLE calls"}).err, "read-only: only SELECT"));
  EXPECT_EQ(run_binary({"sql", path_, "SELECT 1; DROP TABLE calls"}).status, 2);
}

TEST_F(CommandLine, HabitsOfOtherToolsWorkOrGetAHint) {
  for (const char* option : {"-O", "-R", "-l", "-H", "-L", "-k", "-B", "-E", "-D"})
    expect_refused({option, "1"}, std::string(option) + ": ");
  expect_refused({"-B64"}, "-B: ");
  EXPECT_EQ(run({"-q", "-r", "-F", "-c", "-N"}).status, 0);
  // The words behind a device are a filter.
  const RunResult result = run_binary({"calls", "-d", "no-such-device", "port", "5060"});
  EXPECT_EQ(result.status, 3);
  EXPECT_TRUE(has(result.err, "no-such-device")) << result.err;
  EXPECT_EQ(run_binary({"calls", "-d", "lo", "--bpf", "udp", "port", "5060"}).status, 2);
}

TEST_F(CommandLine, WhereIsAboutTheTableAndCallsWhereAboutCalls) {
  const auto rows = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--format", "csv", "--columns", "id"});
    return lines_of(run(words).out).size() - 1;
  };
  EXPECT_EQ(rows({"messages"}), 13U);
  EXPECT_EQ(rows({"messages", "--where", "method='ACK'"}), 2U);
  EXPECT_EQ(rows({"messages", "--calls-where", "kind='options'"}), 2U);
  EXPECT_EQ(rows({"messages", "--calls-where", "kind='call'", "--where", "status=486"}), 2U);
  EXPECT_EQ(rows({"transactions", "--where", "method='OPTIONS'"}), 1U);
  EXPECT_EQ(rows({"findings", "--where", "severity='error'"}), 1U);
  EXPECT_EQ(rows({"findings", "--call", "1"}), 0U);
  EXPECT_EQ(rows({"findings", "--call", "2"}), 1U);
}

TEST_F(CommandLine, WhatMatchesNothingSaysSo) {
  for (const char* command : {"calls", "ladder", "findings", "messages", "stats"}) {
    const RunResult result = run({command, "--call", "999"});
    EXPECT_EQ(result.status, 0) << command;
    EXPECT_TRUE(has(result.err, "no call matches (of 3)")) << command << result.err;
  }
  EXPECT_EQ(run({"calls", "--where", "0", "--format", "json"}).out, "[]\n");
}

TEST_F(CommandLine, BoundsKeepRowsWhole) {
  for (const char* format : {"table", "csv", "json", "ndjson", "md"}) {
    const std::string all = run({"messages", "--format", format}).out;
    for (size_t most = 0; most < all.size(); most += 397) {
      const std::string out =
          run({"messages", "--format", format, "--max-bytes", std::to_string(most)}).out;
      EXPECT_LE(out.size(), most) << format;
      if (out.empty()) continue;
      EXPECT_EQ(out.back(), '\n') << format;
    }
    EXPECT_EQ(run({"messages", "--format", format, "--max-bytes", "1M"}).out, all);
  }
  const auto rows = lines_of(run({"messages", "--limit", "3", "--format", "ndjson"}).out);
  EXPECT_EQ(rows.size(), 3U);
}

TEST_F(CommandLine, FormulasAreDisarmedUnlessAskedFor) {
  const std::vector<std::string> words = {"calls", "--columns", "caller", "--format",
                                          "csv",   "--call-id", "two"};
  std::vector<std::string> raw = words;
  raw.push_back("--raw-csv");
  EXPECT_EQ(run(words).out, "caller\n'=2+3\n");
  EXPECT_EQ(run(raw).out, "caller\n=2+3\n");
}

TEST_F(CommandLine, WidthIsNeverExceeded) {
  for (const int width : {20, 33, 47, 60, 80, 100, 140}) {
    for (const char* command : {"ladder", "calls", "messages", "streams"}) {
      const RunResult result = run({command, "--width", std::to_string(width)});
      EXPECT_EQ(result.status, 0);
      EXPECT_LE(widest(result.out), width) << command << "\n" << result.out;
    }
  }
  EXPECT_LE(widest(run({"findings"}).out), 100);
  EXPECT_LE(widest(run({"ladder", "--transactions", "--sdp"}).out), 100);
  EXPECT_GT(widest(run({"messages", "--wide"}).out), 100);
}

TEST_F(CommandLine, FramesStandOnEveryArrow) {
  const auto arrows = [&](std::vector<std::string> words) {
    size_t count = 0, numbered = 0;
    for (const std::string& line : lines_of(run(words).out)) {
      if (!has(line, "─>") && !has(line, "<─")) continue;
      count++;
      const size_t digit = line.find_first_not_of(' ');
      if (digit != std::string::npos && line.find(' ', digit) < line.find(':')) numbered++;
    }
    return std::pair(count, numbered);
  };
  EXPECT_EQ(arrows({"ladder"}), std::pair(size_t{13}, size_t{13}));
  EXPECT_EQ(arrows({"ladder", "--no-frames"}), std::pair(size_t{13}, size_t{0}));
}

TEST_F(CommandLine, UnwritableOutputIsTold) {
  if (!exists("/dev/full")) GTEST_SKIP();
  const std::string errors = scratch_path("errors");
  for (const std::string words :
       {"schema", "--help", "calls --help", "--version", "findings --list", "explain 486", "check",
        "calls", "ladder", "findings", "stats"}) {
    const bool needs = words == "check" || words == "calls" || words == "ladder" ||
                       words == "findings" || words == "stats";
    const std::string command = std::string("'") + SIPLADDER_BINARY + "' " + words +
                                (needs ? " '" + path_ + "'" : "") + " >/dev/full 2>" + errors;
    const int status = std::system(command.c_str());
    EXPECT_EQ(WEXITSTATUS(status), 4) << words;
    std::ifstream file(errors);
    std::string line;
    std::getline(file, line);
    EXPECT_TRUE(has(line, "could not be written")) << words << ": " << line;
  }
}

TEST_F(CommandLine, ThePromptKnowsItsWords) {
  const RunResult result =
      run_binary({"sql", path_, "--format", "csv"},
                 ".tables\n.schema vias\nhelp\nSELECT count(*) AS n\nFROM calls;\n.quit\n");
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(has(result.out, "registrations"));
  EXPECT_TRUE(has(result.out, "vias,branch"));
  EXPECT_TRUE(has(result.out, ".schema [TABLE]"));
  EXPECT_TRUE(has(result.out, "n\n3\n"));
}

TEST_F(CommandLine, FollowedRowsAreThoseOfTheEnd) {
  const RunResult all = run({"messages", "--format", "csv"});
  EXPECT_EQ(run({"messages", "--follow", "--format", "csv"}).out, all.out);
  const auto sorted = [](const std::string& text) {
    auto lines = lines_of(text);
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  EXPECT_EQ(sorted(run({"transactions", "--follow", "--format", "csv"}).out),
            sorted(run({"transactions", "--format", "csv"}).out));
  EXPECT_EQ(sorted(run({"calls", "--follow", "--format", "csv"}).out),
            sorted(run({"calls", "--format", "csv"}).out));
  EXPECT_EQ(
      lines_of(run({"calls", "--follow", "--where", "kind='options'", "--format", "ndjson"}).out)
          .size(),
      1U);
  EXPECT_EQ(lines_of(run({"messages", "--follow", "--calls-where", "kind='options'", "--format",
                          "ndjson"})
                         .out)
                .size(),
            2U);
}

// A pipe gives its lines once, as "--alias <(...)" of a shell does. Who opens it again finds it
// empty.
TEST_F(CommandLine, AliasesCanComeFromAPipe) {
  const std::string pipe = scratch_path("aliases");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    std::string left = "192.0.2.101 desk\n";
    while (!done) {
      const int fd = open(pipe.c_str(), O_WRONLY | O_NONBLOCK);  // fails while nobody reads
      if (fd >= 0 && write(fd, left.data(), left.size()) == static_cast<ssize_t>(left.size()))
        left.clear();
      if (fd >= 0) close(fd);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  const RunResult result = run({"ladder", "--alias", pipe});
  done = true;
  writer.join();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(has(result.out, "desk")) << result.out;
}

}  // namespace
}  // namespace sipladder::command_line_test
