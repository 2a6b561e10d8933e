// Places that a user names, and the row that each leads to.
#include "tui/place.h"

#include <gtest/gtest.h>

namespace sipladder::place_test {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kMidnight = 1'700'006'400 * kSecondNs;  // 2023-11-15 UTC
constexpr int64_t kBegin = kMidnight + 23 * 3600 * kSecondNs + 500'000'000;

TEST(Places, AreFramesOrTimes) {
  struct Case {
    const char* text;
    size_t sources;
    uint32_t frame;
    int source;  // -1: any
    int64_t time_ns;
  };
  static constexpr Case kCases[] = {
      {"17", 1, 17, -1, 0},
      {" 17 ", 1, 17, -1, 0},
      {"2:17", 2, 17, 1, 0},
      {"2:17", 1, 0, -1, kMidnight + (24 + 2) * 3600 * kSecondNs + 17 * 60 * kSecondNs},
      {"3:17", 2, 0, -1, kMidnight + (24 + 3) * 3600 * kSecondNs + 17 * 60 * kSecondNs},
      {"+1.5", 1, 0, -1, kBegin + 1'500'000'000},
      {"+0", 1, 0, -1, kBegin},
      {"23:00:00", 1, 0, -1, kMidnight + 23 * 3600 * kSecondNs},  // in which it began
      {"23:00:07.25", 1, 0, -1, kMidnight + 23 * 3600 * kSecondNs + 7'250'000'000},
      {"00:30", 1, 0, -1, kMidnight + (24 * 60 + 30) * 60 * kSecondNs},  // the day after
      {"2023-11-15T00:00:01Z", 1, 0, -1, kMidnight + kSecondNs},
  };
  for (const Case& one : kCases) {
    const Place place = understand_place(one.text, {kBegin, true, one.sources});
    EXPECT_EQ(place.error, "") << one.text;
    EXPECT_EQ(place.frame, one.frame) << one.text;
    EXPECT_EQ(place.source ? int{*place.source} : -1, one.source) << one.text;
    EXPECT_EQ(place.time_ns, one.time_ns) << one.text;
  }
}

TEST(Places, OthersAreMistakes) {
  for (const char* text :
       {"", "0", "noon", "+", "+x", "24:00", "12:60", "12:00:60", "12:00:1.x", "99999999999", "-1"})
    EXPECT_NE(understand_place(text, {kBegin, true, 1}).error, "") << text;
}

// The row itself, else the next one, in whatever order rows stand.
TEST(Places, LeadToARow) {
  const std::vector<RowPlace> rows = {
      {300, 30, 0}, {100, 10, 0}, {0, 0, 0}, {200, 20, 1}, {200, 21, 0}};
  const auto at = [&](const Place& place) {
    const auto row = row_at(place, rows.size(), [&](size_t i) { return rows[i]; });
    return row ? static_cast<int>(*row) : -1;
  };
  Place frame;
  frame.frame = 10;
  EXPECT_EQ(at(frame), 1);
  frame.frame = 11;
  EXPECT_EQ(at(frame), 3);
  frame.source = 0;
  EXPECT_EQ(at(frame), 4);
  frame.frame = 31;
  EXPECT_EQ(at(frame), -1);
  Place time;
  time.time_ns = 150;
  EXPECT_EQ(at(time), 3);
  time.time_ns = 301;
  EXPECT_EQ(at(time), -1);
}

}  // namespace
}  // namespace sipladder::place_test
