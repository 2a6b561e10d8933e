// Values over time as bars of dots: braille, two columns and four rows of them to a cell, or ASCII.
#pragma once

#include <optional>
#include <vector>

#include "tui/canvas.h"

namespace sipladder {

struct PlotSize {
  int width = 0, height = 0;  // cells
  bool ascii = false;
};

// A value of `top` fills the height; a value above 0 has at least one dot; nullopt has no bar. The
// values share the width. Where several fall on one column, the highest of them is drawn.
std::vector<CellLine> plot(const std::vector<std::optional<double>>& values, double top, Ink ink,
                           const PlotSize& size);

}  // namespace sipladder
