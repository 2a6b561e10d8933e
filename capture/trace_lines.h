// Cleans the lines of a log: no colours, no HTML entities, one line of a message on each line, and
// messages in the order in which they were sent. Prints of `tshark -V` and screens of sngrep become
// messages.
//
// Bounds: kMaxTraceText bytes of a line; what segment_order.h and screen_text.h keep.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "capture/dissected_text.h"
#include "capture/screen_text.h"
#include "capture/segment_order.h"

namespace sipladder {

class TraceLines {
 public:
  void add(std::string_view line);
  void finish();                 // the text has ended: next() gives all that was held back
  bool next(std::string* line);  // false when no line is ready

 private:
  void add_clean(std::string line);
  void hand_on(const std::string& line);

  DissectedText dissected_;
  ScreenText screen_;
  SegmentOrder order_;
  std::deque<std::string> due_;
  bool entities_ = false;  // the log writes HTML entities, such as &lt; for <
};

}  // namespace sipladder
