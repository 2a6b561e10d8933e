// The flow that a call follows, by the name under which the field teaches it.
#pragma once

#include <string_view>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// Static text, empty when nothing is recognised.
std::string_view scenario_of(CallContext& context);

}  // namespace sipladder
