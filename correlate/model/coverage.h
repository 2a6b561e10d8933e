// Which times each capture point covers. Silence proves something only while somebody captured, so
// whoever concludes something from silence asks here first. Files of one point that follow each
// other (a ring) cover the pause between two files too, as long as it is not much longer than the
// pauses within them. A longer pause is a hole in the coverage.
//
// Times are nanoseconds since the epoch. Threads: as Model. Bounds: one span for each source at
// most.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "capture/packet.h"

namespace sipladder {

class Coverage {
 public:
  // Requires every packet, in the order in which they are read.
  void add(const Packet& packet);

  // Until when `point` goes on capturing after `time_ns` without a hole; `time_ns` itself when the
  // point does not cover that time.
  int64_t until(uint8_t point, int64_t time_ns) const;
  // Since when `point` had been capturing before `time_ns`; `time_ns` itself likewise.
  int64_t since(uint8_t point, int64_t time_ns) const;
  bool covers(uint8_t point, int64_t time_ns) const { return span_of(point, time_ns) != nullptr; }

 private:
  struct Span {
    int64_t from_ns = 0;
    int64_t until_ns = 0;
    int64_t longest_pause_ns = 0;  // within one source
    uint16_t source = 0;           // of the newest packet
  };
  const Span* span_of(uint8_t point, int64_t time_ns) const;

  std::array<std::vector<Span>, kLastPoint + 1> points_;  // each in the order of time
};

}  // namespace sipladder
