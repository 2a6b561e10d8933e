// Errors and warnings by code, over the samples, the flows of the golden pages, and the captures
// beside the project where they are: tests/finding_counts.txt has what was looked at and found
// true. SIPLADDER_UPDATE=1 rewrites it; a person judges each line that changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "query/session.h"
#include "tests/support/flow_pages.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::finding_counts_test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTable = "tests/finding_counts.txt";
constexpr const char* kShared = "shared/captures/";
constexpr const char* kSharedFolder = "../shared/captures";

std::vector<std::string> lines_of_file(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// "error audio-stopped 1, warning rtp-loss 2", errors first; "none".
std::string counts_of(const std::string& path) {
  Session session;
  session.analyst.tell_alike_once();
  std::vector<std::string> errors;
  OpenOptions options;
  options.keys = &session.keys;
  auto source = open_captures({path}, options, session.log, &errors);
  if (source == nullptr) return "cannot be opened";
  session.set_source(std::move(source));
  session.run();
  std::map<std::pair<int, std::string>, int> counts;
  for (const Finding* finding : session.analyst.all()) {
    if (finding->severity == Severity::info) continue;
    counts[{-static_cast<int>(finding->severity), std::string(finding->code)}]++;
  }
  std::string text;
  for (const auto& [kind, count] : counts) {
    const auto severity = static_cast<Severity>(-kind.first);
    text += (text.empty() ? "" : ", ") + std::string(to_string(severity)) + " " + kind.second +
            " " + std::to_string(count);
  }
  return text.empty() ? "none" : text;
}

// What the table has, by name.
using Counts = std::map<std::string, std::string>;

Counts table() {
  Counts counts;
  for (const std::string& line : lines_of_file(root_path(kTable))) {
    const size_t colon = line.find(": ");
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    counts[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return counts;
}

bool is_read(const fs::directory_entry& entry) {
  constexpr std::string_view kOthers[] = {".tsv", ".md", ".json", ".flow", ".dat", ".sql"};
  const std::string name = entry.path().filename().string();
  return entry.is_regular_file() &&
         std::none_of(std::begin(kOthers), std::end(kOthers),
                      [&](std::string_view ending) { return name.ends_with(ending); });
}

void count_folder(const fs::path& folder, const std::string& prefix, Counts* counts) {
  if (!fs::exists(folder)) return;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    if (is_read(entry) && !name.starts_with("torture"))
      (*counts)[prefix + name] = counts_of(entry.path().string());
  }
}

void count_page(const fs::path& page, Counts* counts) {
  for (const build::PageFlow& flow : build::flows_of_page(page)) {
    const std::string path = write_flow(scratch_path("counted.pcap"), flow.script);
    (*counts)[page.filename().string() + " " + flow.name] = counts_of(path);
  }
}

void write_table(const Counts& counts) {
  std::ofstream out(root_path(kTable));
  out << "# Errors and warnings that are found, by code; each was looked at. Written by\n"
         "# SIPLADDER_UPDATE=1 (tests/finding_counts_test.cc): judge what changed before you "
         "commit it.\n";
  for (const auto& [name, found] : counts) out << name << ": " << found << "\n";
}

TEST(FindingCounts, AreThoseThatWereJudged) {
  Counts found;
  count_folder(root_path("samples"), "samples/", &found);
  count_folder(root_path(kSharedFolder), kShared, &found);
  for (const auto& entry : fs::directory_iterator(root_path("tests/golden")))
    count_page(entry.path(), &found);
  const Counts judged = table();
  const bool has_shared = fs::exists(root_path(kSharedFolder));
  if (std::getenv("SIPLADDER_UPDATE") != nullptr) {
    Counts kept = found;
    for (const auto& [name, counts] : judged) {
      if (!has_shared && name.starts_with(kShared)) kept[name] = counts;
    }
    return write_table(kept);
  }
  for (const auto& [name, counts] : judged) {
    const bool is_here = found.contains(name) || name.starts_with(kShared);
    EXPECT_TRUE(is_here) << name << " is gone";
  }
  for (const auto& [name, counts] : found) {
    const auto before = judged.find(name);
    // Others put captures there.
    if (before == judged.end() && name.starts_with(kShared)) continue;
    ASSERT_NE(before, judged.end()) << name << " is not in the table: " << counts;
    EXPECT_EQ(counts, before->second) << name;
  }
}

}  // namespace
}  // namespace sipladder::finding_counts_test
