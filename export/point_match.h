// Which calls and messages of two capture points are the same. Copies of one hop are looked for
// first: they have the same Via stack. Only a call without such copies is compared across hops.
//
// Threads: as both models. Bounds: kMostMessages pairs.
#pragma once

#include "export/point_compare.h"

namespace sipladder {

// Fills Comparison::calls, messages (what, a, b, same_hop) and lost.
void match_points(const ComparedPoint& a, const ComparedPoint& b, Comparison* out);

}  // namespace sipladder
