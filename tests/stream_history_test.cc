// Figures of a stream over time, whatever its length and its pauses.
#include "correlate/model/stream_history.h"

#include <gtest/gtest.h>

#include "correlate/rtp/stream_figures.h"

namespace sipladder::stream_history_test {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

// A stream of 50 packets a second.
class Sender {
 public:
  Sender() {
    begin_sequence(&stream.sequence, 0);
    stream.first_ns = kSecondNs;
    stream.interval_end_ns = stream.first_ns + StreamHistory::kFirstWidthNs;
    packet(0);
  }
  // `number` counts from the first packet, 20 ms each, as far as `late_ns` lets it.
  void packet(uint32_t number, int64_t late_ns = 0) {
    const int64_t time_ns = stream.first_ns + int64_t{number} * kSecondNs / 50 + late_ns;
    RtpHeader rtp;
    rtp.sequence = static_cast<uint16_t>(number);
    rtp.timestamp = number * 160;
    const int64_t over_ns = time_ns - stream.interval_end_ns;
    if (over_ns >= 0 && over_ns < history.width_ns()) history.end_interval(stream, time_ns);
    advance(stream, rtp, time_ns);
    if (time_ns >= stream.interval_end_ns) history.end_interval(stream, time_ns);
  }
  uint64_t sum(uint32_t StreamInterval::*figure) const {
    uint64_t all = 0;
    for (size_t i = 0; i < history.count(); i++) all += history.at(stream, i).*figure;
    return all;
  }

  StreamRecord stream;
  StreamHistory history;
};

TEST(StreamHistories, SayWhatOneIntervalHasWhileItIsTheOnlyOne) {
  Sender sender;
  for (uint32_t i = 2; i < 40; i++) sender.packet(i);
  ASSERT_EQ(sender.history.count(), 1U);
  EXPECT_EQ(sender.history.at(sender.stream, 0).expected, 40U);
  EXPECT_EQ(sender.history.at(sender.stream, 0).lost, 1U);
}

TEST(StreamHistories, HaveAtMostSoManyIntervalsOfOneWidth) {
  Sender sender;
  for (const uint32_t seconds : {60U, 119U, 125U, 500U, 1000U}) {
    for (uint32_t i = sender.stream.packets; i <= seconds * 50; i++) sender.packet(i);
    EXPECT_LE(sender.history.count(), StreamHistory::kMost) << seconds;
    EXPECT_GE(sender.history.count(), std::min<size_t>(seconds, StreamHistory::kMost / 2));
    EXPECT_EQ(sender.sum(&StreamInterval::expected), sender.stream.packets);
    EXPECT_EQ(sender.sum(&StreamInterval::lost), 0U);
  }
  EXPECT_EQ(sender.history.width_ns(), 16 * kSecondNs);
}

// An outage of five seconds is one in each of these.
TEST(StreamHistories, SpreadWhatIsLostOverTheTimeWithoutPackets) {
  Sender sender;
  for (uint32_t i = 1; i < 50; i++) sender.packet(i);
  for (uint32_t i = 50 * 6; i < 50 * 7; i++) sender.packet(i);
  ASSERT_EQ(sender.history.count(), 7U);
  for (size_t i = 1; i < 6; i++) {
    EXPECT_NEAR(sender.history.at(sender.stream, i).lost, 42, 10) << i;
    EXPECT_EQ(sender.history.at(sender.stream, i).came(), i == 0 ? 50U : 0U) << i;
  }
  EXPECT_EQ(sender.sum(&StreamInterval::lost), 250U);
  EXPECT_EQ(sender.sum(&StreamInterval::expected), 350U);
}

// A pause of ten years costs a few steps, and what was there stays.
TEST(StreamHistories, SurviveAnyPause) {
  Sender sender;
  for (uint32_t i = 1; i < 500; i++) sender.packet(i);
  sender.packet(500, int64_t{10} * 365 * 86'400 * kSecondNs);
  EXPECT_LE(sender.history.count(), StreamHistory::kMost);
  EXPECT_EQ(sender.sum(&StreamInterval::expected), 501U);
  EXPECT_EQ(sender.history.at(sender.stream, 0).expected, 501U);
}

TEST(StreamHistories, AreOfTheirOwnTime) {
  Sender sender;
  for (uint32_t i = 1; i < 150; i++)
    sender.packet(i, i >= 50 && i < 100 && i % 2 == 0 ? 30'000'000 : 0);
  EXPECT_LT(sender.history.at(sender.stream, 0).jitter_ms, 1);
  EXPECT_GT(sender.history.at(sender.stream, 1).jitter_ms, 10);
}

}  // namespace
}  // namespace sipladder::stream_history_test
