// A ladder that is drawn up already, arranged as the user wants it.
#pragma once

#include <string>
#include <vector>

#include "export/ladder.h"

namespace sipladder {

// Columns in the order of `names` (alias, address, or address:port), the others behind them as they
// were. Names of no host here are noted in Ladder::unknown.
void order_columns(const std::vector<std::string>& names, Ladder* ladder);

// An empty row for each so many seconds without one, so that time runs down the page evenly.
void scale_time(Ladder* ladder);

}  // namespace sipladder
