// Where in time the samples of a packet belong: by its timestamp, unless that jumps.
#include "media/media_clock.h"

#include <gtest/gtest.h>

namespace sipladder {
namespace {

constexpr int64_t kStart_ns = 1'700'000'000'000'000'000;
constexpr int64_t kPacket_ns = 20'000'000;

TEST(MediaClock, SpacesByTimestamp) {
  MediaClock clock(8000);
  EXPECT_EQ(clock.place(0xFFFF'FFFF, kStart_ns), kStart_ns);
  EXPECT_EQ(clock.place(159, kStart_ns + 55'000'000), kStart_ns + kPacket_ns);  // wraps, jitter
  EXPECT_EQ(clock.place(479, kStart_ns + 61'000'000), kStart_ns + 3 * kPacket_ns);
  EXPECT_EQ(clock.place(319, kStart_ns + 62'000'000), kStart_ns + 2 * kPacket_ns);  // reordered
}

TEST(MediaClock, AnchorsAnewAfterAJump) {
  MediaClock clock(8000);
  clock.place(0, kStart_ns);
  EXPECT_EQ(clock.place(1'000'000, kStart_ns + kPacket_ns), kStart_ns + kPacket_ns);
  EXPECT_EQ(clock.place(1'000'160, kStart_ns + 45'000'000), kStart_ns + 2 * kPacket_ns);
  EXPECT_EQ(clock.place(1'000'320, kStart_ns + 9'000'000'000), kStart_ns + 9'000'000'000);
}

TEST(MediaClock, KeepsFractionsOfOddClocks) {
  MediaClock clock(44'100);
  clock.place(0, 0);
  int64_t at_ns = 0;
  for (uint32_t i = 1; i <= 44'100; i++) at_ns = clock.place(i, at_ns);
  EXPECT_EQ(at_ns, 1'000'000'000);
}

}  // namespace
}  // namespace sipladder
