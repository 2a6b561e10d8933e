// Tells which sources were taken at the same point of the network. The files of a rotating capture
// follow each other in time; captures of two points overlap.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/packet_source.h"

namespace sipladder {

class CapturePoints {
 public:
  // The point of a source whose first packet comes now. It is the point of a source of the same
  // link type that has ended, of several that with the longest common beginning of its name, or
  // else a new point. Beyond kLastPoint points, all new ones are kLastPoint. `source` must outlive
  // this.
  uint8_t begin(const SourceInfo& source);
  // The source that begin() put at `point` last has no more packets.
  void end(uint8_t point) { points_[point].ended = true; }

 private:
  struct Point {
    const SourceInfo* newest;
    bool ended;
  };
  std::vector<Point> points_;
};

}  // namespace sipladder
