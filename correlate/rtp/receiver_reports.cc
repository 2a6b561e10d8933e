#include "correlate/rtp/receiver_reports.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace sipladder {
namespace {

int64_t expected_of(const RtpSequence& sequence) {
  return int64_t{sequence.highest} - sequence.base + 1;
}

// Packets missing here, up to the newest one that the receiver has reported. That one can be ahead
// of the newest one here, when it is missing itself. None when both are 64 numbers or more apart.
std::optional<int64_t> missing_up_to(const RtpSequence& sequence, uint32_t packets,
                                     uint16_t reported) {
  const auto distance = static_cast<int16_t>(distance_behind(sequence, reported));
  if (distance >= 64 || distance <= -64) return std::nullopt;
  const int newer = std::max<int>(0, distance);
  const int came_newer = std::popcount(sequence.window & ((uint64_t{1} << newer) - 1));
  return expected_of(sequence) - packets - (newer - came_newer);
}

// Packets expected up to the number that was reported, which can be lower or higher than the newest
// one here.
uint32_t expected_up_to(const RtpSequence& sequence, uint16_t reported) {
  const auto newer = static_cast<int16_t>(distance_behind(sequence, reported));
  return static_cast<uint32_t>(std::max<int64_t>(0, expected_of(sequence) - newer));
}

// Notes whether the packets that pass here reach the receiver, and whether packets reach it that do
// not pass here.
void follow_receiver(StreamRecord& stream, const RtcpReportBlock& block, int64_t time_ns) {
  constexpr uint16_t kAhead = 50;
  const uint16_t behind =
      distance_behind(stream.sequence, static_cast<uint16_t>(block.highest_sequence));
  const auto ahead = static_cast<uint16_t>(-behind);
  if (ahead >= kAhead && ahead < 0x8000) stream.ahead_ns = time_ns;
  if (!stream.has_rtcp || block.highest_sequence != stream.reported_highest) {
    stream.reported_highest = block.highest_sequence;
    stream.reported_ns = time_ns;
    stream.stuck_packets = stream.packets;
    stream.stuck_reports = 0;
  } else if (block.fraction_lost == UINT8_MAX) {
    stream.stuck_reports++;
    stream.stuck_ns = time_ns;
  }
}

}  // namespace

void add_report(StreamRecord& stream, const RtcpReportBlock& block, int64_t time_ns) {
  follow_receiver(stream, block, time_ns);
  stream.has_rtcp = true;
  stream.remote_fraction_lost = block.fraction_lost;
  stream.remote_jitter = block.jitter;
  stream.remote_lost = static_cast<uint32_t>(std::max(0, block.cumulative_lost));
  const auto highest = static_cast<uint16_t>(block.highest_sequence);
  stream.reported_expected = expected_up_to(stream.sequence, highest);
  if (const auto missing = missing_up_to(stream.sequence, stream.packets, highest)) {
    stream.received_unseen =
        static_cast<uint32_t>(std::max<int64_t>(0, *missing - stream.remote_lost));
  }
  if (block.last_sr == 0 || block.last_sr != stream.report_id) return;
  const int64_t held_ns = static_cast<int64_t>(block.delay_since_last_sr) * 1'000'000'000 / 65536;
  const int64_t rtt_ns = time_ns - stream.report_ns - held_ns;
  if (rtt_ns < 0 || rtt_ns > 60'000'000'000) return;
  stream.has_rtt = true;
  stream.rtt_us = static_cast<uint32_t>(rtt_ns / 1000);
}

void add_metrics(StreamRecord& stream, const RtcpVoipMetrics& metrics) {
  stream.has_xr = true;
  stream.xr_loss_rate =
      static_cast<uint8_t>(std::min(255, int{metrics.loss_rate} + int{metrics.discard_rate}));
  stream.xr_rtt_ms = metrics.rtt_ms;
}

}  // namespace sipladder
