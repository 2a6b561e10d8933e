// Each code of the catalogue of findings is fired by a golden page, or by a test of captures that a
// page cannot write.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "capture/packet_source.h"
#include "correlate/analysis/analysis.h"
#include "export/exporters.h"
#include "media/codec.h"
#include "tests/support/run_binary.h"

namespace sipladder::catalogue_test {
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

// "\\fBtext\\fR: lines and arrows" for each row of a registry, on lines of their own.
std::string man_row(std::string_view name, std::string_view about, std::string_view beside = "") {
  return ".br\n\\fB" + std::string(name) + "\\fR" + std::string(beside) + ": " +
         std::string(about) + "\n";
}

std::string man_ladder_formats() {
  std::string all;
  for (const LadderFormat& format : ladder_formats()) {
    const std::string ending = format.ending.empty() ? "" : " (" + std::string(format.ending) + ")";
    all += man_row(format.name, format.about, ending);
  }
  return all;
}

std::string man_exporters() {
  std::string all;
  for (const Exporter& one : exporters()) all += man_row(one.ending, one.about);
  return all;
}

std::string man_tables() {
  std::string all;
  for (const TableDescription* table : tables()) all += man_row(table->name, table->doc);
  return all;
}

std::string man_sources() {
  std::string all;
  for (const SourceForm& one : source_forms()) all += man_row(one.form, one.about);
  return all;
}

std::string man_codecs() {
  std::string all;
  for (const Codec& codec : codecs()) {
    const bool heard = codec.make_decoder != nullptr, rated = codec.impairment.has_value();
    all += man_row(codec.encoding, heard && rated ? "decoded, MOS" : heard ? "decoded" : "MOS");
  }
  return all;
}

// The lines of the man page between two comments are those of a registry.
TEST(Docs, ManPageHasTheRegistries) {
  const std::pair<std::string, std::string> blocks[] = {{"sources", man_sources()},
                                                        {"tables", man_tables()},
                                                        {"ladder formats", man_ladder_formats()},
                                                        {"exporters", man_exporters()},
                                                        {"codecs", man_codecs()}};
  std::stringstream page;
  page << std::ifstream(root_path("sipladder.1")).rdbuf();
  std::string text = page.str();
  for (const auto& [name, now] : blocks) {
    const std::string comment = ".\\\" " + name + "\n";
    const size_t begin = text.find(comment) + comment.size();
    const size_t end = text.find(".\\\" end\n", begin);
    ASSERT_NE(text.find(comment), std::string::npos) << name;
    ASSERT_NE(end, std::string::npos) << name;
    EXPECT_EQ(text.substr(begin, end - begin), now)
        << "sipladder.1 is stale: run this test with SIPLADDER_UPDATE=1";
    text.replace(begin, end - begin, now);
  }
  if (std::getenv("SIPLADDER_UPDATE") != nullptr) std::ofstream(root_path("sipladder.1")) << text;
}

}  // namespace
}  // namespace sipladder::catalogue_test
