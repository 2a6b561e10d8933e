// Which sources were taken at one point of the network, one after the other: the files of a
// rotating capture follow each other in time, captures of two points overlap.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/packet_source.h"

namespace sipladder {

class CapturePoints {
 public:
  // The point of a source whose first packet comes now: the one where a source like it has ended
  // (same link type; of several the one with the most similar name), or a new one. `source` must
  // outlive this.
  uint8_t begin(const SourceInfo& source);
  void end(uint8_t point) { points_[point].ended = true; }

 private:
  struct Point {
    const SourceInfo* newest;
    bool ended;
  };
  std::vector<Point> points_;
};

}  // namespace sipladder
