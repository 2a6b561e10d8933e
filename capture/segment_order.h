// Puts the TCP segments of a tcpdump -A trace in order, where one stands before its predecessor.
//
// A segment that begins a message passes at once. One that goes on with a message is held until the
// segments before it have come, or until the next segment that begins a message. Bounds: kMaxHeld
// segments, of kMaxTraceText bytes each.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "capture/text_heads.h"

namespace sipladder {

class SegmentOrder {
 public:
  // True when the line is taken, and will come from next() now or later. False: it passes. Call
  // next() until it is false before the next line.
  bool take(std::string_view line);
  bool next(std::string* line);
  void finish();  // the text has ended: all that was kept comes

 private:
  using Ends = std::pair<std::string, std::string>;
  struct Segment {
    Ends ends;
    uint64_t sequence = 0;
    uint64_t bytes = 0;
    std::vector<std::string> lines;
    std::string text;  // the lines behind the first, until it is known how the segment begins
    size_t size = 0;
    bool goes_on = false;
  };
  struct Flow {
    uint64_t next = 0;
    // Sequence number by the other way of tcpdump: where it has not seen the beginning of a
    // connection, it counts from 0 after the first segment.
    uint64_t sent = 0;
    bool expects(uint64_t sequence) const { return sequence == next || sequence == sent; }
  };

  bool begin_segment(const TraceHead& head, std::string_view line);
  void end_segment();
  void add_to_held(std::string_view line);
  bool shows_beginning(std::string_view line);
  void advance(const Segment& segment);
  void release(const Segment& segment);
  void release_followers(const Ends& ends);
  void release_until(const Ends& ends, uint64_t sequence);

  static constexpr size_t kMaxHeld = 64;
  std::map<Ends, Flow> flows_;
  Ends passing_;  // of the segment whose lines pass
  Segment open_;  // the segment whose lines are kept, if keeping_
  bool keeping_ = false;
  std::vector<Segment> held_;
  std::deque<std::string> due_;
};

}  // namespace sipladder
