// The panel below a list: the first finding of the selected call in sentences, and the part of its
// ladder that proves it.
#pragma once

#include <vector>

#include "tui/problems.h"
#include "tui/view.h"

namespace sipladder {

class CallPanel {
 public:
  // With the session's lock held. Reads the call again only when the call or the screen changed.
  void refresh(const Shared& shared, CallId call, int width, int height);
  void draw(Canvas& canvas, int y) const;

 private:
  void tell(const Shared& shared, CallId call, int width, int height);
  void draw_up(const Shared& shared, CallId call, int width, int height,
               const std::vector<Problem>& problems);

  struct Shown {
    CallId call;
    uint32_t messages = 0, epoch = 0, version = 0;
    int width = 0, height = 0;
    bool verdicts = false;
    uint32_t look = 0;
    TimeMode time_mode = TimeMode::of_day;
    int64_t mark_ns = 0;
    bool operator==(const Shown&) const = default;
  };
  Shown shown_;
  std::vector<CellLine> lines_;
};

}  // namespace sipladder
