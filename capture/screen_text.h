// A screen of sngrep that somebody copied: the ladder on the left, the chosen message on the right.
//
// Bounds: kMaxRows rows of the ladder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

class ScreenText {
 public:
  // True when the line is part of such a screen: its message comes in `out` when it is whole, with
  // the time and the ends that the ladder's row gives.
  bool take(std::string_view line, std::vector<std::string>* out);
  void finish(std::vector<std::string>* out);

 private:
  struct Row {
    std::string time, label, src, dst;
  };
  void note_ladder(std::string_view left);
  void note_arrow(std::string_view left);
  std::string head_of(std::string_view start_line) const;

  static constexpr size_t kMaxRows = 1000;
  size_t column_ = 0;  // where the message begins; 0: no screen
  struct Host {
    std::string name;
    size_t column = 0;  // of its line
  };
  std::vector<Host> hosts_;
  std::vector<Row> rows_;
  std::vector<std::string> message_;
};

}  // namespace sipladder
