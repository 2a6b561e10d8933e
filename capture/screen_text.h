// Reads a screen of sngrep that somebody copied: the ladder on the left, the chosen message on the
// right.
//
// Bounds: kMaxRows rows of the ladder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/screen_rows.h"

namespace sipladder {

class ScreenText {
 public:
  // True when the line is part of such a screen. When the screen has ended, the lines of its
  // messages are added to *out, with the times and addresses that the rows of the ladder give.
  bool take(std::string_view line, std::vector<std::string>* out);
  void finish(std::vector<std::string>* out);  // the text has ended, and with it the screen

 private:
  void note_ladder(std::string_view left);
  void note_arrow(std::string_view left);

  static constexpr size_t kMaxRows = 1000;
  size_t column_ = 0;  // of the bar before the message; 0: no screen
  struct Host {
    std::string name;
    size_t column = 0;  // of its vertical line
  };
  const Host* host_near(size_t column) const;
  size_t row_of(std::string_view start_line) const;

  std::vector<Host> hosts_;
  std::vector<ScreenRow> rows_;
  std::vector<std::string> message_;
};

}  // namespace sipladder
