// A screen in memory: views draw on it, Terminal shows it, tests read it. Places are columns and
// rows, from 0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "export/cells.h"

namespace sipladder {

class Canvas {
 public:
  Canvas(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  const Cell& at(int x, int y) const { return cells_[static_cast<size_t>(y * width_ + x)]; }

  // What does not fit is cut. `text` must be safe already: safe_text(), or words of the program.
  void text(int x, int y, std::u32string_view text, Ink ink = Ink::plain);
  void text(int x, int y, std::string_view utf8, Ink ink = Ink::plain);  // through safe_text()
  // The first `skip` columns of the line are left out.
  void line(int x, int y, const CellLine& line, int skip = 0);
  void reverse_row(int y);
  void blank(int x, int y, int width, int height);
  // Draws all of another canvas with its upper left corner at (x, y).
  void paste(int x, int y, const Canvas& other);

  // Replaces each character beyond ASCII by one that looks like it, or '?'.
  void make_ascii();

  // Rows without trailing spaces, each ended by '\n'.
  std::string to_text() const;

 private:
  void put(int x, int y, const Cell& cell);

  int width_;
  int height_;
  std::vector<Cell> cells_;
};

}  // namespace sipladder
