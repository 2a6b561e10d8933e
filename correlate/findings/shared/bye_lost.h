// Part of txn-bye-unanswered: reports a party that has hung up although no BYE of it came here
// (AudioFacts::hang_up).
#pragma once

#include "correlate/analysis/analysis.h"

namespace sipladder {

void check_lost_bye(CallContext& context, const Detector& detector, CallAnalysis* out);

}  // namespace sipladder
