// Figures of a stream over time: loss, jitter, silence and level by interval. All intervals of a
// stream have the same width. When kMost intervals are full, each pair is merged and the width
// doubles.
//
// Bounds: kMost intervals. Cost: one comparison of times for each packet.
#pragma once

#include <cstdint>
#include <vector>

#include "correlate/model/stream_records.h"

namespace sipladder {

struct StreamInterval {
  uint32_t expected = 0;  // by sequence numbers
  uint32_t lost = 0;      // a late packet counts for the interval in which it came
  float jitter_ms = 0;    // mean, of the packets that came
  uint16_t level_samples = 0;
  uint16_t silent_samples = 0;  // of level_samples
  float loudness = 0;           // mean square, mean of level_samples

  uint32_t came() const { return expected - lost; }
};

class StreamHistory {
 public:
  static constexpr size_t kMost = 120;
  static constexpr int64_t kFirstWidthNs = 1'000'000'000;

  // Ends the present interval, and those that have passed without a packet. Requires a packet whose
  // `time_ns` has reached StreamRecord::interval_end_ns, which is moved beyond it. Losses until
  // then are spread over the ended intervals.
  void end_interval(StreamRecord& stream, int64_t time_ns);

  int64_t width_ns() const { return width_ns_; }
  // The intervals, including the present one, which is not over.
  size_t count() const { return over_.size() + 1; }
  StreamInterval at(const StreamRecord& stream, size_t index) const;

 private:
  // The figures of the stream when the present interval began.
  struct Begun {
    uint32_t highest = 0, distinct = 0, packets = 0, level_samples = 0, silent_samples = 0;
    double jitter_sum_ms = 0;
    uint64_t loudness_sum = 0;
    bool known = false;  // false during the first interval
  };
  StreamInterval present(const StreamRecord& stream) const;
  void add(const StreamInterval& interval);
  void merge_pairs();

  int64_t width_ns_ = kFirstWidthNs;
  std::vector<StreamInterval> over_;
  Begun begun_;
};

}  // namespace sipladder
