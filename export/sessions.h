// The calls that a choice means when it means whole sessions.
#pragma once

#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// These and the other legs of each, ascending, each once.
std::vector<CallId> with_other_legs(const std::vector<CallId>& calls, Analyst& analyst);

}  // namespace sipladder
