#include "tui/canvas.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sipladder {

Canvas::Canvas(int width, int height)
    : width_(std::max(width, 1)),
      height_(std::max(height, 1)),
      cells_(static_cast<size_t>(width_ * height_)) {}

void Canvas::put(int x, int y, const Cell& cell) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  Cell& place = cells_[static_cast<size_t>(y * width_ + x)];
  place = cell;
  // Half of a wide character at the right edge would wrap, and shift the next row.
  if (x + 1 == width_ && cell.ch != 0 && char_width(cell.ch) == 2) place.ch = U' ';
  if (x == 0 && cell.ch == 0) place.ch = U' ';
}

void Canvas::text(int x, int y, std::u32string_view text, Ink ink) {
  CellLine cells;
  put_text(&cells, 0, text, ink);
  line(x, y, cells);
}

void Canvas::text(int x, int y, std::string_view utf8, Ink ink) {
  text(x, y, std::u32string_view(safe_text(utf8)), ink);
}

void Canvas::line(int x, int y, const CellLine& line, int skip) {
  for (size_t i = static_cast<size_t>(std::max(skip, 0)); i < line.size() && x < width_; i++) {
    put(x++, y, line[i]);
  }
}

void Canvas::reverse_row(int y) {
  if (y < 0 || y >= height_) return;
  for (int x = 0; x < width_; x++) cells_[static_cast<size_t>(y * width_ + x)].reverse = true;
}

void Canvas::blank(int x, int y, int width, int height) {
  for (int row = y; row < y + height; row++) {
    for (int column = x; column < x + width; column++) put(column, row, Cell{});
  }
}

void Canvas::paste(int x, int y, const Canvas& other) {
  for (int row = 0; row < other.height(); row++) {
    for (int column = 0; column < other.width(); column++)
      put(x + column, y + row, other.at(column, row));
  }
}

void Canvas::make_ascii() {
  static constexpr std::pair<char32_t, char32_t> kAlike[] = {
      {U'─', U'-'}, {U'│', U'|'}, {U'…', U'~'}, {U'→', U'>'}, {U'›', U'>'},
      {U'▇', U'#'}, {U'·', U'.'}, {U'═', U'='}, {U'↻', U'*'}, {U'×', U'x'}};
  for (Cell& cell : cells_) {
    if (cell.ch < 0x80) {
      if (cell.ch == 0) cell.ch = U' ';  // the right half of a wide character
      continue;
    }
    const auto* const alike = std::find_if(std::begin(kAlike), std::end(kAlike),
                                           [&](const auto& one) { return one.first == cell.ch; });
    cell.ch = alike == std::end(kAlike) ? U'?' : alike->second;
  }
}

std::string Canvas::to_text() const {
  std::string out;
  for (int y = 0; y < height_; y++) {
    const auto begin = cells_.begin() + static_cast<std::ptrdiff_t>(y) * width_;
    out += to_utf8(CellLine(begin, begin + width_)) + "\n";
  }
  return out;
}

}  // namespace sipladder
