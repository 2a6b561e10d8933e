// Part of txn-bye-unanswered: a party has hung up, and its BYE never came here.
#pragma once

#include "correlate/analysis/analysis.h"

namespace sipladder {

void check_lost_bye(CallContext& context, const Detector& detector, CallAnalysis* out);

}  // namespace sipladder
