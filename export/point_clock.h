// Which way each message went between two capture points, and how far their clocks are apart.
//
// Threads: as both models.
#pragma once

#include "export/point_compare.h"

namespace sipladder {

// Requires Comparison::messages with their pairs. Fills toward_b and delay_ms of each, and the
// offset of the clocks.
void tell_directions(const ComparedPoint& a, const ComparedPoint& b, Comparison* out);

}  // namespace sipladder
