// The real terminal: the only user of ncurses. Restores the terminal when it goes.
#pragma once

#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>

#include "tui/canvas.h"
#include "tui/keys.h"
#include "tui/mouse.h"

namespace sipladder {

class Terminal {
 public:
  explicit Terminal(bool color = true);  // NO_COLOR goes before
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  bool is_open() const { return open_; }
  int width() const;
  int height() const;
  Key read_key(int timeout_ms);  // kKeyNone when none came
  void show(const Canvas& canvas);
  // Clicks and the wheel come as keys (tui/mouse.h), where the terminal has them. It keeps its own
  // way of selecting text for Shift then.
  void use_mouse(bool wanted);
  // Into the clipboard of a terminal that takes it (OSC 52); at most 64 KiB.
  void copy(std::string_view text);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> keyboard_;  // when standard input is the capture
  bool open_ = false;
  Key read_mouse();

  bool colored_ = false;
  bool mouse_ = false;
  // The newest click: a second one soon after, at the same place, makes a double one.
  MouseEvent clicked_;
  std::chrono::steady_clock::time_point clicked_at_{};
};

// From a signal handler, when there will be no destructor: the terminal becomes what it was.
void leave_terminal_at_once();

}  // namespace sipladder
