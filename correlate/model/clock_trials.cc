#include "correlate/model/clock_trials.h"

#include <algorithm>
#include <cmath>

namespace sipladder {
namespace {

// In Hz: the clocks of the audio formats of RFC 3551, RFC 4867, RFC 5577 and RFC 7587, and 90,000
// of video.
constexpr std::array<uint32_t, 12> kClocksOfMedia = {8000,  11025, 12000, 16000, 22050, 24000,
                                                     32000, 44100, 48000, 88200, 90000, 96000};

}  // namespace

ClockTrials::ClockTrials() {
  for (size_t i = 0; i < kClocks; i++) trials_[i].clock_hz = kClocksOfMedia[i];
}

void ClockTrials::add(const RtpHeader& rtp, int64_t time_ns) {
  const auto timestamps = static_cast<int32_t>(rtp.timestamp - timestamp_);
  const bool first = !begun_ || payload_type_ != rtp.payload_type;
  if (!first && timestamps == 0) return;  // a frame of several packets: the first one counts
  const double gap_s = static_cast<double>(time_ns - time_ns_) / 1e9;
  begun_ = true;
  payload_type_ = rtp.payload_type;
  time_ns_ = time_ns;
  timestamp_ = rtp.timestamp;
  if (first) {
    from_ns_ = time_ns;
    span_ = 0;
    return;
  }
  span_ += timestamps;
  packets_++;
  for (uint32_t i = 0; i < count_; i++) {
    ClockTrial& trial = trials_[i];
    const double clock = trial.clock_hz;
    const double transit = std::fabs(gap_s * clock - timestamps);
    if (!rtp.marker && transit <= kRestartSeconds * clock) {
      trial.jitter += (transit - trial.jitter) / 16.0;
      trial.max_ms = std::max(trial.max_ms, trial.jitter * 1000.0 / clock);
    }
    trial.sum_ms += trial.jitter * 1000.0 / clock;
  }
  drop_disproved(time_ns);
}

// Compares the rate of the timestamps with each clock. The longer the stream runs, the less may the
// rate differ.
void ClockTrials::drop_disproved(int64_t time_ns) {
  constexpr uint32_t kLookEvery = 64;
  constexpr double kMinSeconds = 1;
  if (count_ <= 1 || packets_ % kLookEvery != 0 || span_ <= 0) return;
  const double elapsed_s = static_cast<double>(time_ns - from_ns_) / 1e9;
  if (elapsed_s < kMinSeconds) return;
  const double rate = static_cast<double>(span_) / elapsed_s;
  const double most_off = 0.03 + 0.3 / elapsed_s;  // a tenth of a second of delay at either end
  const auto fits = [&](const ClockTrial& trial) {
    return std::fabs(std::log(rate / trial.clock_hz)) <= most_off;
  };
  // The rate of a sender that restarts its timestamps fits no clock: then all clocks are kept.
  ClockTrial* const end = trials_.data() + count_;
  if (std::none_of(trials_.data(), end, fits)) return;
  count_ = static_cast<uint32_t>(std::stable_partition(trials_.data(), end, fits) - trials_.data());
}

const ClockTrial* ClockTrials::by(uint32_t clock_hz) const {
  const auto* const end = trials_.data() + count_;
  const auto* const found = std::find_if(
      trials_.data(), end, [&](const ClockTrial& trial) { return trial.clock_hz == clock_hz; });
  return found == end ? nullptr : found;
}

}  // namespace sipladder
