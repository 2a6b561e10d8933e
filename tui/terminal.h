// The real terminal: the only user of ncurses. Restores the terminal when it goes.
#pragma once

#include "tui/canvas.h"
#include "tui/keys.h"

namespace sipladder {

class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  bool is_open() const { return open_; }
  int width() const;
  int height() const;
  Key read_key(int timeout_ms);  // kKeyNone when none came
  void show(const Canvas& canvas);

 private:
  bool open_ = false;
};

}  // namespace sipladder
