// Sequence numbers of a stream against a slow reference that keeps every number, and the cases that
// decide between a loss and a sender that begins anew.
#include "correlate/model/rtp_sequence.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace sipladder::rtp_sequence_test {
namespace {

constexpr int64_t kPacketNs = 20'000'000;

struct Packet {
  uint16_t number;
  int64_t pause_ns = kPacketNs;
};

struct Outcome {
  RtpSequence sequence;
  int late = 0, duplicates = 0, strays = 0, came = 0;
  int64_t expected() const { return int64_t{sequence.highest} - sequence.base + 1; }
};

Outcome outcome_of(const std::vector<Packet>& packets) {
  Outcome outcome;
  for (const Packet& packet : packets) {
    outcome.came++;
    if (outcome.came == 1) {
      begin_sequence(&outcome.sequence, packet.number);
      continue;
    }
    uint16_t step = 0;
    switch (arrive(&outcome.sequence, packet.number, packet.pause_ns, &step)) {
      case Arrival::next:
        break;
      case Arrival::late:
        outcome.late++;
        break;
      case Arrival::duplicate:
        outcome.duplicates++;
        break;
      case Arrival::stray:
        outcome.strays++;
        break;
    }
  }
  return outcome;
}

std::vector<Packet> run_of(uint16_t first, int count) {
  std::vector<Packet> packets;
  for (int i = 0; i < count; i++) packets.push_back({static_cast<uint16_t>(first + i)});
  return packets;
}

std::vector<Packet> operator+(std::vector<Packet> a, const std::vector<Packet>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(RtpSequence, GoesOnThroughTheWrap) {
  const Outcome outcome = outcome_of(run_of(65'500, 100));
  EXPECT_EQ(outcome.expected(), 100);
  EXPECT_EQ(outcome.strays, 0);
}

TEST(RtpSequence, ASenderThatBeginsAnewLosesNothing) {
  for (const uint16_t second : {uint16_t{30'000}, uint16_t{1}, uint16_t{60'000}}) {
    const Outcome outcome = outcome_of(run_of(1000, 50) + run_of(second, 50));
    EXPECT_EQ(outcome.expected(), 100) << second;
    EXPECT_EQ(outcome.strays, 1) << second;
    EXPECT_EQ(outcome.late + outcome.duplicates, 0) << second;
  }
}

TEST(RtpSequence, ALongPauseIsALoss) {
  std::vector<Packet> behind = run_of(1000 + 50 + 1500, 50);
  behind[0].pause_ns = 1500 * kPacketNs;
  const Outcome outcome = outcome_of(run_of(1000, 50) + behind);
  EXPECT_EQ(outcome.expected(), 1600);
  EXPECT_EQ(outcome.strays, 0);
  EXPECT_EQ(bursts_of(outcome.sequence).losses, 1500U);
}

TEST(RtpSequence, OneStrayPacketMovesNothing) {
  const Outcome outcome = outcome_of(run_of(1000, 50) + run_of(40'000, 1) + run_of(1050, 50));
  EXPECT_EQ(outcome.expected(), 100);
  EXPECT_EQ(outcome.strays, 1);
}

TEST(RtpSequence, TwoSeriesInTurnsAreNoRestart) {
  std::vector<Packet> packets;
  for (uint16_t i = 0; i < 50; i++) {
    packets.push_back({static_cast<uint16_t>(1000 + i)});
    packets.push_back({static_cast<uint16_t>(40'000 + i)});
  }
  const Outcome outcome = outcome_of(packets);
  EXPECT_EQ(outcome.expected(), 50);
  EXPECT_EQ(outcome.strays, 50);
}

// RFC 3611 4.7.2 with Gmin 16. A row has the numbers of 1..400 that are lost, and what is expected:
// the count of bursts, of packets within them, and of losses within them.
TEST(RtpSequence, BurstsAreLossesThatComeTogether) {
  const struct {
    std::set<int> lost;
    LossBursts expected;
  } kCases[] = {
      {{}, {0, 0, 0}},
      {{100}, {0, 0, 0}},
      {{100, 117}, {0, 0, 0}},             // 16 packets came between both losses
      {{100, 116}, {1, 17, 2}},            // 15 came
      {{100, 101, 102}, {1, 3, 3}},        //
      {{100, 110, 120, 300}, {1, 21, 3}},  // a burst, and a single loss
      {{100, 101, 300, 305}, {2, 8, 4}},   //
      {{390, 391, 392}, {1, 3, 3}},  // a burst that has not ended when the result is asked for
  };
  for (const auto& row : kCases) {
    std::vector<Packet> packets;
    for (uint16_t number = 1; number <= 400; number++) {
      if (row.lost.count(number) == 0) packets.push_back({number});
    }
    const LossBursts bursts = bursts_of(outcome_of(packets).sequence);
    EXPECT_EQ(bursts.bursts, row.expected.bursts) << *row.lost.begin();
    EXPECT_EQ(bursts.packets, row.expected.packets);
    EXPECT_EQ(bursts.losses, row.expected.losses);
  }
}

// The definition, with all numbers at hand.
LossBursts slow_bursts(const std::set<int>& came, int first, int last) {
  LossBursts result;
  int begin = 0, newest = 0, losses = 0;
  const auto end = [&] {
    if (losses > 1) {
      result.bursts++;
      result.packets += static_cast<uint32_t>(newest - begin + 1);
      result.losses += static_cast<uint32_t>(losses);
    }
    losses = 0;
  };
  for (int number = first; number <= last; number++) {
    if (came.count(number) != 0) continue;
    if (losses > 0 && number - newest - 1 >= 16) end();
    if (losses == 0) begin = number;
    losses++;
    newest = number;
  }
  end();
  return result;
}

TEST(RtpSequence, AgreesWithASlowReference) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; round++) {
    const int first = static_cast<int>(random() % 65'536);
    const auto loss = random() % 30;
    std::vector<int> order;
    for (int i = 0; i < 600; i++) {
      if (i == 0 || i == 599 || random() % 100 >= loss) order.push_back(first + i);
    }
    for (size_t i = 2; i + 2 < order.size(); i++) {
      if (random() % 50 == 0) std::swap(order[i], order[i + 1]);
      if (random() % 80 == 0) order.insert(order.begin() + static_cast<long>(i), order[i - 1]);
    }
    std::vector<Packet> packets;
    for (const int number : order) packets.push_back({static_cast<uint16_t>(number)});
    const Outcome outcome = outcome_of(packets);
    const std::set<int> came(order.begin(), order.end());
    EXPECT_EQ(outcome.expected(), 600);
    EXPECT_EQ(outcome.duplicates, static_cast<int>(order.size() - came.size()));
    const LossBursts fast = bursts_of(outcome.sequence);
    const LossBursts slow = slow_bursts(came, first, first + 599);
    EXPECT_EQ(fast.bursts, slow.bursts) << round;
    EXPECT_EQ(fast.packets, slow.packets) << round;
    EXPECT_EQ(fast.losses, slow.losses) << round;
  }
}

}  // namespace
}  // namespace sipladder::rtp_sequence_test
