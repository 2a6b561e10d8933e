#include "tui/plot.h"

#include <algorithm>
#include <cmath>

namespace sipladder {
namespace {

// The dots in the left and the right column of a braille cell, from its bottom (Unicode block
// 2800).
constexpr char32_t kBraille = 0x2800;
constexpr char32_t kDots[2][4] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};
constexpr int kRowsOfCell = 4;
constexpr char32_t kAscii[] = {U' ', U'.', U':', U'|', U'#'};

// The highest of the values that share a column of dots.
std::optional<double> value_at(const std::vector<std::optional<double>>& values, int column,
                               int columns) {
  const size_t count = values.size();
  const auto at = static_cast<size_t>(column);
  const auto all = static_cast<size_t>(columns);
  const size_t begin = at * count / all;
  const size_t end = std::max(begin + 1, (at + 1) * count / all);
  std::optional<double> highest;
  for (size_t i = begin; i < std::min(end, count); i++) {
    if (values[i] && (!highest || *values[i] > *highest)) highest = values[i];
  }
  return highest;
}

int dots_of(std::optional<double> value, double top, int rows) {
  if (!value || *value <= 0 || top <= 0) return 0;
  return std::clamp(static_cast<int>(std::lround(*value / top * rows)), 1, rows);
}

}  // namespace

std::vector<CellLine> plot(const std::vector<std::optional<double>>& values, double top, Ink ink,
                           const PlotSize& size) {
  const int rows = size.height * kRowsOfCell;
  const int of_cell = size.ascii ? 1 : 2;
  std::vector<CellLine> lines(static_cast<size_t>(std::max(size.height, 0)));
  for (int x = 0; x < size.width && !values.empty(); x++) {
    int dots[2] = {};
    for (int side = 0; side < of_cell; side++)
      dots[side] = dots_of(value_at(values, x * of_cell + side, size.width * of_cell), top, rows);
    for (int y = 0; y < size.height; y++) {
      const int below = (size.height - 1 - y) * kRowsOfCell;
      const auto filled = [&](int side) { return std::clamp(dots[side] - below, 0, kRowsOfCell); };
      char32_t cell = size.ascii ? kAscii[filled(0)] : kBraille;
      for (int side = 0; side < 2 && !size.ascii; side++) {
        for (int dot = 0; dot < filled(side); dot++) cell |= kDots[side][dot];
      }
      if (cell != kBraille && cell != U' ') put_char(&lines[static_cast<size_t>(y)], x, cell, ink);
    }
  }
  return lines;
}

}  // namespace sipladder
