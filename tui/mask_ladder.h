// A ladder as the mask of the screen leaves it.
#pragma once

#include "export/ladder.h"
#include "tui/mask.h"

namespace sipladder {

// Its hosts, parties and findings; what arrows say is of SIP. Nothing while the mask is off.
void mask_ladder(Mask* mask, Ladder* ladder);

}  // namespace sipladder
