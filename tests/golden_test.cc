// Pages of tests/golden: a title, why it matters, packets as text (a fence "```flow NAME", see
// support/flow_script.h), and for each command the output expected. NAME.pcap is that capture. A
// fence "```log NAME" is the text NAME.log.
// A word made/NAME is a file that a command writes, for those behind it.
// "# exit 3" behind a command is the exit status that it must have; without it, that is 0.
// SIPLADDER_UPDATE=1 rewrites what is expected; a person reviews the difference. Each page is a
// test:
// --gtest_filter='*/audio_content' is tests/golden/audio-content.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/invariants.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::golden_test {
namespace {

struct Page {
  std::string text;     // as it stands
  std::string updated;  // with the output of today
  int commands = 0;
};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// "sipladder calls samples/x.pcap --where 'a b'" into words; 'single' and "double" quotes join.
std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (const char c : command + " ") {
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (quote == 0 && c == ' ') {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return words;
}

std::filesystem::path flow_folder() {
  return scratch_folder() / "flows";
}

void write_checked_flow(const std::string& name, const std::string& script) {
  std::filesystem::create_directories(flow_folder());
  const std::string path = write_flow((flow_folder() / (name + ".pcap")).string(), script);
  EXPECT_EQ(broken_invariants({path}), std::vector<std::string>()) << "flow " << name;
}

void write_log(const std::string& name, const std::string& text) {
  std::filesystem::create_directories(flow_folder());
  std::ofstream(flow_folder() / (name + ".log"), std::ios::binary) << text;
}

std::string output_of(std::string command) {
  static constexpr std::string_view kExit = " # exit ";
  int expected = 0;
  if (const size_t at = command.rfind(kExit); at != std::string::npos) {
    expected = std::stoi(command.substr(at + kExit.size()));
    command.resize(at);
  }
  std::vector<std::string> words = words_of(command);
  words.erase(words.begin());
  for (std::string& word : words) {
    if (word.rfind("samples/", 0) == 0) word = root_path(word);
    const bool made = word.rfind("made/", 0) == 0;
    if (made) std::filesystem::create_directories(flow_folder() / "made");
    if (made || std::filesystem::exists(flow_folder() / word))
      word = (flow_folder() / word).string();
  }
  const RunResult result = run_binary(words);
  EXPECT_EQ(result.status, expected) << command << "\n" << result.err;
  return result.out;
}

// A line "$ sipladder ..." inside a fence is followed by what it prints, to the fence's end.
Page check(const std::filesystem::path& path) {
  Page page;
  page.text = read(path);
  bool skipping = false;
  std::string flow, log, script;
  for (const std::string& line : lines_of(page.text)) {
    if (line.rfind("```", 0) == 0) {
      skipping = false;
      if (!flow.empty()) write_checked_flow(flow, script);
      if (!log.empty()) write_log(log, script);
      flow = line.rfind("```flow ", 0) == 0 ? line.substr(8) : "";
      log = line.rfind("```log ", 0) == 0 ? line.substr(7) : "";
      script.clear();
    } else if (!flow.empty() || !log.empty()) {
      script += line + "\n";
    }
    if (skipping) continue;
    page.updated += line + "\n";
    if (line.rfind("$ sipladder ", 0) != 0) continue;
    page.updated += output_of(line.substr(2));
    page.commands++;
    skipping = true;
  }
  return page;
}

std::vector<std::string> pages() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(root_path("tests/golden")))
    if (entry.path().extension() == ".md") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, StillHolds) {
  const std::filesystem::path path = root_path("tests/golden/" + GetParam() + ".md");
  const Page page = check(path);
  EXPECT_GT(page.commands, 0) << path << " has no command";
  if (std::getenv("SIPLADDER_UPDATE") != nullptr) {
    std::ofstream(path) << page.updated;
  } else {
    EXPECT_EQ(page.text, page.updated) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, Golden, ::testing::ValuesIn(pages()), [](const auto& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace sipladder::golden_test
