// The catalogue of findings against the pages and tests: each code is shown by a page that fires
// it, or by the test of captures that a page cannot write.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "export/ladder_formats.h"
#include "tests/support/run_binary.h"

namespace sipladder {
namespace {

// Codes that stand in the expected output of pages: not in the words around it, nor in commands.
std::string outputs_of_pages() {
  std::string out;
  for (const auto& entry : std::filesystem::directory_iterator(root_path("tests/golden"))) {
    std::ifstream page(entry.path());
    bool is_output = false;
    for (std::string line; std::getline(page, line);) {
      if (line.starts_with("```")) is_output = false;
      if (is_output) out += line + "\n";
      if (line.starts_with("$ sipladder ")) is_output = true;
    }
  }
  return out;
}

bool stands_in(const std::string& text, std::string_view code) {
  const auto is_of_word = [](char c) {
    return c == '-' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  for (size_t at = text.find(code); at != std::string::npos; at = text.find(code, at + 1)) {
    const size_t end = at + code.size();
    const bool begins = at == 0 || !is_of_word(text[at - 1]);
    if (begins && (end == text.size() || !is_of_word(text[end]))) return true;
  }
  return false;
}

TEST(Catalogue, EachCodeHasAPageThatFiresIt) {
  // Their captures hold what no flow script writes: tests/capture_findings_test.cc makes them.
  const std::set<std::string_view> elsewhere = {"cap-dropped", "cap-fragments-missing"};
  const std::string outputs = outputs_of_pages();
  ASSERT_FALSE(outputs.empty());
  std::set<std::string_view> codes;
  for (const Detector* detector : detectors()) {
    EXPECT_TRUE(codes.insert(detector->code).second) << detector->code << " is there twice";
    EXPECT_NE(stands_in(outputs, detector->code), elsewhere.contains(detector->code))
        << detector->code;
  }
}

struct Printed {
  std::string file;
  std::vector<std::string> command;
};

TEST(Docs, AreWhatTheProgramPrints) {
  const std::vector<Printed> all = {{"docs/schema.md", {"schema", "--format", "md"}},
                                    {"docs/findings.md", {"findings", "--list", "--format", "md"}}};
  for (const Printed& printed : all) {
    const std::string path = root_path(printed.file);
    const std::string now = run_binary(printed.command).out;
    if (std::getenv("SIPLADDER_UPDATE") != nullptr) std::ofstream(path) << now;
    std::stringstream committed;
    committed << std::ifstream(path).rdbuf();
    EXPECT_EQ(committed.str(), now)
        << printed.file << " is stale: run this test with SIPLADDER_UPDATE=1";
  }
}

// The lines of the man page between two comments are those of the registry.
TEST(Docs, ManPageHasTheLadderFormats) {
  constexpr std::string_view kBegin = ".\\\" ladder formats\n", kEnd = ".\\\" end\n";
  std::string now;
  for (const LadderFormat& format : ladder_formats()) {
    now += ".br\n\\fB" + std::string(format.name) + "\\fR";
    if (!format.ending.empty()) now += " (" + std::string(format.ending) + ")";
    now += ": " + std::string(format.about) + "\n";
  }
  std::stringstream page;
  page << std::ifstream(root_path("sipladder.1")).rdbuf();
  std::string text = page.str();
  const size_t begin = text.find(kBegin) + kBegin.size(), end = text.find(kEnd, begin);
  ASSERT_NE(text.find(kBegin), std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::string committed = text.substr(begin, end - begin);
  if (std::getenv("SIPLADDER_UPDATE") != nullptr)
    std::ofstream(root_path("sipladder.1")) << text.replace(begin, end - begin, now);
  EXPECT_EQ(committed, now) << "sipladder.1 is stale: run this test with SIPLADDER_UPDATE=1";
}

}  // namespace
}  // namespace sipladder
