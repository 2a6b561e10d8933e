// Which times each capture point covers: what was not captured proves nothing, so whoever concludes
// something from silence asks here first. Files that follow each other at one point (a ring of
// them) cover what lies between, when that is no longer than their pauses are; others leave a hole.
//
// Threads: as Model. Bounds: a span for each source at most.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "capture/packet.h"

namespace sipladder {

class Coverage {
 public:
  void add(const Packet& packet);

  // Until when `point` goes on capturing after `time_ns`, without a hole; `time_ns` itself when it
  // does not cover that.
  int64_t until(uint8_t point, int64_t time_ns) const;
  // Since when it had been capturing.
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
