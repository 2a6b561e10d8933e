// Calls as whole sessions: with all legs.
#pragma once

#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// The calls and all other legs of their sessions, ascending, each once.
std::vector<CallId> with_other_legs(const std::vector<CallId>& calls, Analyst& analyst);

}  // namespace sipladder
