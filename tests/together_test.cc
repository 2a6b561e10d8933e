// Captures that have nothing to do with each other, given together: each call is judged as if its
// own file were alone, because no time counts that its capture point does not cover.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/support/run_binary.h"

namespace sipladder {
namespace {

std::vector<std::string> rows_of(const std::vector<std::string>& files, const std::string& query) {
  std::vector<std::string> arguments{"sql"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  for (const std::string& more : {query, std::string("--format"), std::string("csv")})
    arguments.push_back(more);
  std::istringstream text(run_binary(arguments).out);
  std::vector<std::string> rows;
  std::string line;
  std::getline(text, line);  // the header
  while (std::getline(text, line)) rows.push_back(line);
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::string> samples() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(root_path("samples"))) {
    const std::string ending = entry.path().extension();
    if (ending == ".pcap" || ending == ".pcapng") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void expect_same_together(const std::string& query) {
  const std::vector<std::string> files = samples();
  ASSERT_GT(files.size(), 10U);
  std::vector<std::string> alone;
  for (const std::string& file : files) {
    const std::vector<std::string> rows = rows_of({file}, query);
    alone.insert(alone.end(), rows.begin(), rows.end());
  }
  std::sort(alone.begin(), alone.end());
  ASSERT_FALSE(alone.empty());
  EXPECT_EQ(rows_of(files, query), alone);
}

TEST(Together, VerdictsOfCalls) {
  expect_same_together("SELECT call_id, state, audio, audio_lost_toward, audio_cause FROM calls");
}

TEST(Together, FindingsOfCalls) {
  expect_same_together(
      "SELECT c.call_id, f.severity, f.code FROM findings f JOIN calls c ON c.id = f.call "
      "WHERE f.severity IN ('error', 'warning')");
}

TEST(Together, Registrations) {
  expect_same_together("SELECT aor, contact, expires_s, state, refreshes FROM registrations");
}

}  // namespace
}  // namespace sipladder
