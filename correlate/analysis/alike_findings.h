// Findings that are told once with their number. A stack that breaks a rule without harm does so in
// every call, and a finding for each call would hide what matters.
#pragma once

#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// The findings to tell: those of `findings` that stand alone, then one for each code with many
// alike. More than ten infos with one code are many; so are more than ten warnings, where the code
// tells of a stack's habit. Of requests without Call-ID, which belong to no call, two infos or
// warnings are many. Errors are never merged.
//
// *merged is overwritten and owns the merged findings. The result points into `findings` and
// *merged: both must outlive it unchanged.
std::vector<const Finding*> merge_alike(const Model& model,
                                        const std::vector<const Finding*>& findings,
                                        std::vector<Finding>* merged);

}  // namespace sipladder
