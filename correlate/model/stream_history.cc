#include "correlate/model/stream_history.h"

#include <algorithm>

namespace sipladder {
namespace {

uint16_t sum_of(uint16_t a, uint16_t b) {
  return static_cast<uint16_t>(std::min<uint32_t>(uint32_t{a} + b, UINT16_MAX));
}

StreamInterval merged_interval(const StreamInterval& a, const StreamInterval& b) {
  StreamInterval out;
  out.expected = a.expected + b.expected;
  out.lost = a.lost + b.lost;
  const auto came = static_cast<float>(out.came());
  if (came > 0)
    out.jitter_ms =
        (a.jitter_ms * static_cast<float>(a.came()) + b.jitter_ms * static_cast<float>(b.came())) /
        came;
  const int samples = a.level_samples + b.level_samples;
  if (samples > 0)
    out.loudness = (a.loudness * static_cast<float>(a.level_samples) +
                    b.loudness * static_cast<float>(b.level_samples)) /
                   static_cast<float>(samples);
  out.level_samples = sum_of(a.level_samples, b.level_samples);
  out.silent_samples = sum_of(a.silent_samples, b.silent_samples);
  return out;
}

}  // namespace

StreamInterval StreamHistory::present(const StreamRecord& stream) const {
  const uint32_t highest = begun_.known ? begun_.highest : stream.sequence.base - 1;
  const uint32_t came = stream.distinct() - begun_.distinct;
  StreamInterval out;
  out.expected = std::max(stream.sequence.highest - highest, came);
  out.lost = out.expected - came;
  const uint32_t packets = stream.packets - begun_.packets;
  if (packets > 0)
    out.jitter_ms = static_cast<float>((stream.jitter_sum_ms - begun_.jitter_sum_ms) / packets);
  const auto samples = [](uint32_t now, uint32_t then) {
    return static_cast<uint16_t>(std::min<uint32_t>(now - then, UINT16_MAX));
  };
  out.level_samples = samples(stream.level_samples, begun_.level_samples);
  out.silent_samples = samples(stream.silent_samples, begun_.silent_samples);
  if (out.level_samples > 0)
    out.loudness = static_cast<float>(stream.loudness_sum - begun_.loudness_sum) /
                   static_cast<float>(stream.level_samples - begun_.level_samples);
  return out;
}

StreamInterval StreamHistory::at(const StreamRecord& stream, size_t index) const {
  return index < over_.size() ? over_[index] : present(stream);
}

void StreamHistory::merge_pairs() {
  for (size_t i = 0; i < kMost / 2; i++) over_[i] = merged_interval(over_[2 * i], over_[2 * i + 1]);
  over_.resize(kMost / 2);
  width_ns_ *= 2;
}

void StreamHistory::add(const StreamInterval& interval) {
  over_.push_back(interval);
  if (over_.size() == kMost) merge_pairs();
}

// When several intervals have passed without a packet, the losses are spread over all of them.
void StreamHistory::end_interval(StreamRecord& stream, int64_t time_ns) {
  StreamInterval span = present(stream);
  const int64_t begin_ns = stream.interval_end_ns - width_ns_;
  const auto length = static_cast<double>(std::max<int64_t>(1, time_ns - begin_ns));
  const uint32_t lost = span.lost;
  uint32_t given = 0;
  span.expected -= lost;
  while (time_ns >= stream.interval_end_ns) {
    const double share = static_cast<double>(stream.interval_end_ns - begin_ns) / length;
    const auto until = static_cast<uint32_t>(share * lost);
    span.lost = until - given;
    span.expected += span.lost;
    given = until;
    add(span);
    span = StreamInterval{};
    stream.interval_end_ns += width_ns_;
  }
  over_.back().lost += lost - given;
  over_.back().expected += lost - given;
  begun_ = {
      stream.sequence.highest, stream.distinct(),    stream.packets,      stream.level_samples,
      stream.silent_samples,   stream.jitter_sum_ms, stream.loudness_sum, true};
}

}  // namespace sipladder
