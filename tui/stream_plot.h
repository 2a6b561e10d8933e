// Plots of a stream over time, as a view shows them: loss, jitter and silence.
#pragma once

#include <vector>

#include "tui/view.h"

namespace sipladder {

// As many plots as fit into `height` lines. With the lock held.
std::vector<CellLine> stream_plots(const Shared& shared, StreamId id, int width, int height);

}  // namespace sipladder
