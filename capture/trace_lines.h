// Lines of a log as a person would have to read them: without colours and markup, one line of the
// message on each, in the order in which they were sent.
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
  void finish();  // the text has ended: all that was kept comes
  bool next(std::string* line);

 private:
  void add_clean(std::string line);
  void hand_on(const std::string& line);

  DissectedText dissected_;
  ScreenText screen_;
  SegmentOrder order_;
  std::deque<std::string> due_;
  bool entities_ = false;  // of HTML stand for < and >
};

}  // namespace sipladder
