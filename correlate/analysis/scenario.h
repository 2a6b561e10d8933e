// The flow that a call follows, by its usual name: "basic", "blind-transfer", "forward-on-busy".
//
// Threads: as CallContext, whose view is used.
#pragma once

#include <string_view>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// Static text, empty when nothing is recognised.
std::string_view scenario_of(CallContext& context);

}  // namespace sipladder
