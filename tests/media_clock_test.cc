// Where in time the samples of a packet belong: by its timestamp, unless that jumps.
#include "media/media_clock.h"

#include <gtest/gtest.h>

namespace sipladder::media_clock_test {
namespace {

constexpr int64_t kStartNs = 1'700'000'000'000'000'000;
constexpr int64_t kPacketNs = 20'000'000;

TEST(MediaClock, SpacesByTimestamp) {
  MediaClock clock(8000);
  EXPECT_EQ(clock.place(0xFFFF'FFFF, kStartNs), kStartNs);
  EXPECT_EQ(clock.place(159, kStartNs + 55'000'000), kStartNs + kPacketNs);  // wraps, jitter
  EXPECT_EQ(clock.place(479, kStartNs + 61'000'000), kStartNs + 3 * kPacketNs);
  EXPECT_EQ(clock.place(319, kStartNs + 62'000'000), kStartNs + 2 * kPacketNs);  // reordered
}

TEST(MediaClock, AnchorsAnewAfterAJump) {
  MediaClock clock(8000);
  clock.place(0, kStartNs);
  EXPECT_EQ(clock.place(1'000'000, kStartNs + kPacketNs), kStartNs + kPacketNs);
  EXPECT_EQ(clock.place(1'000'160, kStartNs + 45'000'000), kStartNs + 2 * kPacketNs);
  EXPECT_EQ(clock.place(1'000'320, kStartNs + 9'000'000'000), kStartNs + 9'000'000'000);
}

TEST(MediaClock, KeepsFractionsOfOddClocks) {
  MediaClock clock(44'100);
  clock.place(0, 0);
  int64_t at_ns = 0;
  for (uint32_t i = 1; i <= 44'100; i++) at_ns = clock.place(i, at_ns);
  EXPECT_EQ(at_ns, 1'000'000'000);
}

}  // namespace
}  // namespace sipladder::media_clock_test
