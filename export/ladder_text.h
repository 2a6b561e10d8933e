// The ladder as text: lifelines, arrows, times. The terminal UI draws the same lines. Text from the
// network is escaped.
#pragma once

#include <string>
#include <vector>

#include "export/ladder_layout.h"

namespace sipladder {

std::string ladder_text(const Ladder& ladder, const LadderTextOptions& options);

std::vector<CellLine> draw_ladder_title(const Ladder& ladder, int width, bool ascii);
// The names of the hosts above their columns. The last line has the lifelines and the date, or the
// name of the moment from which times count.
std::vector<CellLine> draw_ladder_header(const Ladder& ladder, const LadderLayout& layout,
                                         bool ascii);
CellLine draw_ladder_row(const Ladder& ladder, const LadderRow& row, const LadderLayout& layout,
                         const LadderTextOptions& options);

Ink severity_ink(Severity severity);

}  // namespace sipladder
