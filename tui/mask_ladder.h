// The mask of the screen (tui/mask.h), applied to a ladder.
#pragma once

#include "export/ladder.h"
#include "tui/mask.h"

namespace sipladder {

// Replaces the names of hosts and parties, also in findings. The labels of arrows are words of SIP
// and stay. Does nothing while the mask is off.
void mask_ladder(Mask* mask, Ladder* ladder);

}  // namespace sipladder
