// The selected row of a list and the part of the list that is on the screen.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tui/keys.h"

namespace sipladder {

struct Cursor {
  size_t count = 0;
  size_t height = 1;  // rows on the screen
  size_t selected = 0;
  size_t top = 0;

  void fit(size_t new_count, size_t new_height) {
    count = new_count;
    height = std::max<size_t>(new_height, 1);
    select(selected);
  }
  void select(size_t row) {
    selected = count == 0 ? 0 : std::min(row, count - 1);
    if (selected < top) top = selected;
    if (selected >= top + height) top = selected - height + 1;
    top = std::min(top, count > height ? count - height : 0);
  }
  // Selects the row that is `row` rows below the first one on the screen. False: there is none.
  bool click(int row) {
    if (row < 0 || top + static_cast<size_t>(row) >= end()) return false;
    select(top + static_cast<size_t>(row));
    return true;
  }
  size_t end() const { return std::min(count, top + height); }

  bool move(Action action) {
    const size_t page = std::max<size_t>(height - 1, 1);
    switch (action) {
      case Action::up:
        select(selected - std::min<size_t>(selected, 1));
        return true;
      case Action::down:
        select(selected + 1);
        return true;
      case Action::page_up:
        select(selected - std::min(selected, page));
        return true;
      case Action::page_down:
        select(selected + page);
        return true;
      case Action::half_up:
        select(selected - std::min(selected, std::max<size_t>(height / 2, 1)));
        return true;
      case Action::half_down:
        select(selected + std::max<size_t>(height / 2, 1));
        return true;
      case Action::first:
        select(0);
        return true;
      case Action::last:
        select(count);
        return true;
      default:
        return false;
    }
  }
};

}  // namespace sipladder
