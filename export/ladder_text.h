// The ladder as text: lifelines, arrows, times. The terminal UI draws the same lines.
#pragma once

#include <string>
#include <vector>

#include "correlate/cancellation.h"
#include "export/cells.h"
#include "export/ladder.h"

namespace sipladder {

struct LadderTextOptions {
  int width = 0;  // columns to fit into; 0: as wide as the labels want
  bool utc = false;
  bool color = false;
  bool ascii = false;
  const Cancellation* cancellation = nullptr;  // when given: the ladder ends where it is asked for
};

std::string ladder_text(const Ladder& ladder, const LadderTextOptions& options);

// Where the lifelines stand.
struct LadderLayout {
  int left = 0;     // columns taken by the times
  int spacing = 0;  // between two lifelines
  int x_of(uint32_t column) const {
    return left + spacing / 2 + static_cast<int>(column) * spacing;
  }
};
LadderLayout layout_ladder(const Ladder& ladder, const LadderTextOptions& options);

std::vector<CellLine> draw_ladder_title(const Ladder& ladder, int width, bool ascii);
std::vector<CellLine> draw_ladder_header(const Ladder& ladder, const LadderLayout& layout,
                                         bool ascii);
CellLine draw_ladder_row(const Ladder& ladder, const LadderRow& row, const LadderLayout& layout,
                         const LadderTextOptions& options);

Ink severity_ink(Severity severity);

}  // namespace sipladder
