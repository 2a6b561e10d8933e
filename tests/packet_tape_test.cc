// Packets of a pipe or a device, kept for commands that need them again.
#include "capture/packet_tape.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/packet_builder.h"

namespace sipladder {
namespace packet_tape_test {

constexpr uint64_t kLimit = 4 << 20;

// As many packets of 1,000 bytes, each filled with the last digit of its number.
void keep(PacketTape& tape, uint32_t count) {
  for (uint32_t frame = 1; frame <= count; frame++) {
    const std::string bytes(1000, static_cast<char>('0' + frame % 10));
    tape.keep(build::packet(bytes, 1, frame));
  }
}

struct Replayed {
  uint32_t first = 0, last = 0, count = 0;
};

Replayed replay(const PacketTape& tape) {
  Replayed out;
  const auto source = tape.replay();
  Packet packet;
  while (source->next(&packet) == ReadResult::packet) {
    if (out.count++ == 0) out.first = packet.frame;
    EXPECT_TRUE(out.last == 0 || packet.frame == out.last + 1) << packet.frame;
    out.last = packet.frame;
    const std::string expected(1000, static_cast<char>('0' + packet.frame % 10));
    const std::string bytes(reinterpret_cast<const char*>(packet.data), packet.ref.length);
    EXPECT_EQ(bytes, expected) << packet.frame;
  }
  return out;
}

TEST(PacketTape, KeepsEveryPacketWithinItsLimit) {
  PacketTape tape;
  ASSERT_EQ(tape.open(kLimit), "");
  keep(tape, 3000);
  const Replayed all = replay(tape);
  EXPECT_EQ(all.first, 1U);
  EXPECT_EQ(all.count, 3000U);
  EXPECT_EQ(tape.trouble(), "");
}

TEST(PacketTape, TheOldestPacketsGiveWayToTheNewest) {
  PacketTape tape;
  ASSERT_EQ(tape.open(kLimit), "");
  keep(tape, 20'000);
  const Replayed newest = replay(tape);
  EXPECT_EQ(newest.last, 20'000U);
  EXPECT_EQ(newest.count, newest.last - newest.first + 1);
  EXPECT_GT(newest.count, 2000U);  // two segments of the four are always full
  EXPECT_EQ(tape.trouble(), "the temporary file has room for 4 MiB: the oldest " +
                                std::to_string(newest.first - 1) +
                                " packets were given up; give more with --spool");
  const Replayed again = replay(tape);
  EXPECT_EQ(again.count, newest.count);
}

}  // namespace packet_tape_test
}  // namespace sipladder
