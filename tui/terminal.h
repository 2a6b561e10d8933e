// The real terminal, and the only user of ncurses. The destructor restores the terminal.
//
// Threads: one. There can be only one at a time.
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
  explicit Terminal(bool color = true);  // NO_COLOR in the environment overrides `color`
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  bool is_open() const { return open_; }  // false: ncurses cannot use this terminal
  int width() const;
  int height() const;
  Key read_key(int timeout_ms);  // kKeyNone when none came
  void show(const Canvas& canvas);
  // Makes clicks and the wheel come as keys (tui/mouse.h), where the terminal has a mouse. Its own
  // selection of text then needs Shift.
  void use_mouse(bool wanted);
  // Puts the text into the clipboard, by OSC 52, which not every terminal takes; at most 64 KiB.
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
  // The newest click: a second one soon after it, at the same place, is a double click.
  MouseEvent clicked_;
  std::chrono::steady_clock::time_point clicked_at_{};
};

// Restores the terminal from a signal handler, after which no destructor will run.
void leave_terminal_at_once();

}  // namespace sipladder
