// Findings that are told once with their number: a habit of a stack that breaks a rule without harm
// shows in every call, and hides what matters.
#pragma once

#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// Of `findings`, those that are told one by one, and behind them in *merged one for each code whose
// infos are many, or whose warnings are, where they tell of a habit; of requests without Call-ID,
// which belong to no call, two that are no errors are many. `findings` must outlive the result, and
// *merged stay as it is.
std::vector<const Finding*> merge_alike(const Model& model,
                                        const std::vector<const Finding*>& findings,
                                        std::vector<Finding>* merged);

}  // namespace sipladder
