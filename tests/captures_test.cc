// Real captures: counters add up on every sample and shared capture; messages and streams agree
// with an independent oracle.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/invariants.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::captures_test {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_capture(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  constexpr std::string_view kOthers[] = {".tsv", ".md", ".json", ".flow", ".py", ".c"};
  return entry.is_regular_file() &&
         std::none_of(std::begin(kOthers), std::end(kOthers), [&](std::string_view ending) {
           return name.find(ending) != std::string::npos;
         });
}

std::vector<std::string> captures() {
  std::vector<std::string> names;
  for (const char* folder : {"samples", "../shared/captures", "../shared/hostile"}) {
    if (!exists(root_path(folder))) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root_path(folder))) {
      if (is_capture(entry)) names.push_back(entry.path().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Invariants, HoldOfEveryCapture) {
  ASSERT_FALSE(captures().empty());
  for (const std::string& name : captures())
    EXPECT_EQ(broken_invariants({name}), std::vector<std::string>()) << name;
}

// Where the oracle and the program may differ, with the reason.
const std::map<std::string, std::string> kNotCompared = {
    {"ndpi-fuzz-2006-06-26-2594.pcap",
     "corrupted on purpose: which messages are still SIP is a matter of taste"},
};

std::vector<std::vector<std::string>> tsv(const fs::path& path) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : lines_of(read(path))) {
    std::vector<std::string> fields(1);
    for (const char c : line) {
      if (c == '\t') {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    rows.push_back(fields);
  }
  return rows;
}

std::string name_of_truth(const fs::path& path, const std::string& ending) {
  const std::string file = path.filename().string();
  return file.size() > ending.size() && file.ends_with(ending)
             ? file.substr(0, file.size() - ending.size())
             : "";
}

TEST(Truth, MessagesAgreeWithTheOracle) {
  const fs::path folder = root_path("../shared/captures");
  if (!exists(folder / "truth")) GTEST_SKIP() << "no shared captures here";
  for (const auto& entry : fs::directory_iterator(folder / "truth")) {
    const std::string name = name_of_truth(entry.path(), ".sip.tsv");
    if (name.empty() || kNotCompared.contains(name)) continue;
    std::vector<std::string> want, got;
    for (const auto& f : tsv(entry.path())) {
      if (f[0] == "frame") continue;
      want.push_back(f[0] + " " + f[2] + " " + f[3] + ":" + f[4] + " " + f[5] + ":" + f[6] + " " +
                     f[7] + " " + f[9]);
    }
    const RunResult result = run_binary({"sql", (folder / name).string(),
                                         "SELECT frame||' '||transport||' '||src||':'||src_port||' "
                                         "'||dst||':'||dst_port||' '||coalesce(status,method)||"
                                         "' '||coalesce(call_id,'') AS line FROM messages",
                                         "--format", "csv"});
    for (const std::string& line : lines_of(result.out)) got.push_back(csv_fields(line)[0]);
    if (!got.empty()) got.erase(got.begin());
    ASSERT_EQ(got.size(), want.size()) << name;
    EXPECT_EQ(got, want) << name;
  }
}

TEST(Truth, StreamsAgreeWithTheOracle) {
  const fs::path folder = root_path("../shared/captures");
  if (!exists(folder / "truth")) GTEST_SKIP() << "no shared captures here";
  for (const auto& entry : fs::directory_iterator(folder / "truth")) {
    const std::string name = name_of_truth(entry.path(), ".rtp.tsv");
    // Of the fuzzed capture the oracle lists single corrupted packets as streams of their own.
    if (name.empty() || name.find("fuzz") != std::string::npos) continue;
    const auto rows = tsv(entry.path());
    std::vector<std::string> want, got;
    for (const auto& f : rows) {
      if (f[0] != "heuristic")
        continue;  // what looking finds: a superset of what SDP alone explains
      want.push_back(f[3] + "," + f[4] + "," + f[5] + "," + f[6] + "," + f[7] + "," + f[9] + "," +
                     f[10]);
    }
    const RunResult result =
        run_binary({"sql", (folder / name).string(), "--format", "csv",
                    "SELECT src,src_port,dst,dst_port,ssrc,packets,expected-packets FROM streams"});
    got = lines_of(result.out);
    if (!got.empty()) got.erase(got.begin());
    std::sort(want.begin(), want.end());
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, want) << name;
  }
}

TEST(Damage, TruncatedFileGivesWhatCameBeforeAndSaysWhere) {
  const std::string whole = read(root_path("samples/forked.pcap"));
  const std::string path = scratch_path("cut.pcap");
  std::ofstream(path, std::ios::binary) << whole.substr(0, whole.size() - 7);
  const RunResult result = run_binary({"messages", path, "--format", "csv"});
  EXPECT_EQ(result.status, 3);
  EXPECT_NE(result.err.find("at byte"), std::string::npos) << result.err;
  EXPECT_GT(lines_of(result.out).size(), 10U);
  fs::remove(path);
}

TEST(Damage, EveryPrefixOfASampleIsReadWithoutACrash) {
  const std::string whole = read(root_path("samples/forked.pcap"));
  const std::string path = scratch_path("prefix.pcap");
  for (size_t size = 0; size < whole.size(); size += 1 + whole.size() / 60) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    const int status = run_binary({"findings", path}).status;
    EXPECT_TRUE(status == 0 || status == 3) << size << " bytes: " << status;
  }
  fs::remove(path);
}

TEST(Damage, FlippedBytesAreData) {
  const std::string whole = read(root_path("samples/no-rport.pcap"));
  const std::string path = scratch_path("flip.pcap");
  uint32_t random = 1;
  for (int round = 0; round < 60; round++) {
    std::string bytes = whole;
    for (int i = 0; i < 40; i++) {
      random = random * 1664525U + 1013904223U;
      bytes[24 + random % (bytes.size() - 24)] = static_cast<char>(random >> 13);
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    const int status = run_binary({"findings", path}).status;
    EXPECT_TRUE(status == 0 || status == 3) << "round " << round << ": " << status;
  }
  fs::remove(path);
}

TEST(Program, ExitStatusSaysWhatHappened) {
  const std::string sample = root_path("samples/forked.pcap");
  EXPECT_EQ(run_binary({"calls", sample}).status, 0);
  EXPECT_EQ(run_binary({"calls", sample, "--columns", "no_such_column"}).status, 2);
  EXPECT_EQ(run_binary({"calls", sample, "--match", "("}).status, 2);
  EXPECT_EQ(run_binary({"calls", sample, "--nonsense"}).status, 2);
  EXPECT_EQ(run_binary({"calls", "/no/such/file"}).status, 3);
  EXPECT_EQ(run_binary({"sql", sample, "DELETE FROM calls"}).status, 2);
  EXPECT_EQ(run_binary({"sql", sample, "SELECT 1"}).status, 0);
  EXPECT_EQ(run_binary({"sql", "SELECT 1", sample}).status, 0);
}

TEST(Program, BoundsNameTheirLeast) {
  const std::string sample = root_path("samples/forked.pcap");
  const RunResult memory = run_binary({"calls", sample, "--memory", "1M"});
  EXPECT_EQ(memory.status, 2);
  EXPECT_NE(memory.err.find("at least 64M"), std::string::npos) << memory.err;
  const RunResult spool = run_binary({"calls", sample, "--spool", "1M"});
  EXPECT_EQ(spool.status, 2);
  EXPECT_NE(spool.err.find("at least 64M"), std::string::npos) << spool.err;
  EXPECT_EQ(run_binary({"calls", sample, "--max-ratio", "0"}).status, 2);
  EXPECT_EQ(run_binary({"calls", sample, "--memory", "64M", "--spool", "64M"}).status, 0);
}

TEST(Program, QueriesFromStandardInput) {
  const std::string sample = root_path("samples/busy.pcap");
  const RunResult result =
      run_binary({"sql", sample, "--format", "csv"}, "SELECT 1 AS a;\nSELECT\nid FROM calls");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "a\n1\nid\n1\n");
  EXPECT_EQ(run_binary({"sql", sample}, "SELECT 1;\nnonsense;\nSELECT 2").status, 2);
}

TEST(Program, SameInputSameBytes) {
  const std::string sample = root_path("samples/hold-resume.pcap");
  for (const std::string command :
       {"calls", "messages", "transactions", "dialogs", "streams", "findings", "stats", "ladder"}) {
    const RunResult first = run_binary({command, sample, "--utc"});
    EXPECT_EQ(first.out, run_binary({command, sample, "--utc"}).out) << command;
    EXPECT_FALSE(first.out.empty()) << command;
  }
}

}  // namespace
}  // namespace sipladder::captures_test
