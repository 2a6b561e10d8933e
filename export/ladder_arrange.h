// Rearranges a ladder that build_ladder() has made.
#pragma once

#include <string>
#include <vector>

#include "export/ladder.h"

namespace sipladder {

// Puts the columns into the order of `names` (alias, address, or address:port); the other columns
// follow as they were. A name that fits no host of the ladder goes into Ladder::unknown.
void order_columns(const std::vector<std::string>& names, Ladder* ladder);

// Inserts empty rows where time passes, one for each Ladder::line_ns, so that time runs evenly down
// the page. Sets line_ns to a fortieth of the whole time.
void scale_time(Ladder* ladder);

}  // namespace sipladder
