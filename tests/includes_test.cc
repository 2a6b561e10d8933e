// Includes flow one way, by the ranks in kRank: from capture, decode, media and correlate over
// query and probe to export, tui and main. Within correlate/ the rooms of kRooms do so too. Each
// foreign library is included only in the folders that kHome names: most in one, SQLite and OpenSSL
// in several.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

#include "tests/support/run_binary.h"

namespace sipladder::includes_test {
namespace {

const std::map<std::string, int> kRank = {{"capture", 0},   {"decode", 1}, {"media", 2},
                                          {"correlate", 3}, {"probe", 4},  {"query", 4},
                                          {"export", 5},    {"tui", 6},    {"main", 7}};
const std::map<std::string, std::string> kHome = {
    {"<pcap", "capture"},
    {"<zlib.h>", "capture"},
    {"<curl/", "capture"},
    {"<zstd.h>", "capture"},
    {"<sqlite3.h>", "query capture"},
    {"<re2/", "query"},
    {"<ncurses", "tui"},
    {"<curses", "tui"},
    {"<CLI/", "main"},
    {"<spandsp", "media"},
    {"<opus", "media"},
    {"<sndfile", "media"},
    {"<rapidjson", "main"},
    {"<openssl/", "decode export probe"},
};

TEST(Includes, FlowOneWay) {
  for (const auto& [folder, rank] : kRank) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_path(folder))) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) {
        if (line.rfind("#include", 0) != 0) continue;
        for (const auto& [other, other_rank] : kRank) {
          if (line.find("\"" + other + "/") != std::string::npos) {
            EXPECT_LE(other_rank, rank) << entry.path() << ": " << line;
          }
        }
        for (const auto& [library, home] : kHome) {
          if (line.find(library) != std::string::npos) {
            EXPECT_TRUE(home.find(folder) != std::string::npos) << entry.path() << ": " << line;
          }
        }
      }
    }
  }
}

// A room may include the rooms before it.
constexpr std::string_view kRooms[] = {"model",    "sip", "rtp",   "engine",   "session",
                                       "registry", "nat", "audio", "analysis", "findings"};

std::ptrdiff_t rank_of(std::string_view room) {
  return std::find(std::begin(kRooms), std::end(kRooms), room) - std::begin(kRooms);
}

TEST(Includes, FlowOneWayBetweenTheRoomsOfCorrelate) {
  static constexpr std::string_view kPrefix = "#include \"correlate/";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_path("correlate"))) {
    if (!entry.is_regular_file()) continue;
    const auto path = std::filesystem::relative(entry.path(), root_path("correlate"));
    const auto rank = rank_of(path.begin()->string());
    EXPECT_LT(rank, std::ssize(kRooms)) << path << " is in no room";
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with(kPrefix)) continue;
      const std::string_view rest = std::string_view(line).substr(kPrefix.size());
      EXPECT_LE(rank_of(rest.substr(0, rest.find('/'))), rank) << path << ": " << line;
    }
  }
}

}  // namespace
}  // namespace sipladder::includes_test
