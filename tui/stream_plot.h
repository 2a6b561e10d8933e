// A stream over time, as a view shows it: loss, jitter and silence.
#pragma once

#include <vector>

#include "tui/view.h"

namespace sipladder {

// Of at most so many lines: as many plots as there is room for. With the lock held.
std::vector<CellLine> stream_plots(const Shared& shared, StreamId id, int width, int height);

}  // namespace sipladder
