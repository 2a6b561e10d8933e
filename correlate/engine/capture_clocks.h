// Captures of one call taken on several machines: by how much their clocks differ, told from the
// SIP messages and RTP packets that are in more than one of them. A transit delay changes its sign
// with the direction of the packet, a clock does not.
#pragma once

#include <string>
#include <vector>

#include "capture/packet_source.h"

namespace sipladder {

// Looks at the beginning of each file; only those whose clock is proven to be wrong by more than
// any delay are named, by their distance from the first one. Nothing of folders, pipes and of more
// files than a call has points.
ClockCorrections capture_clocks(const std::vector<std::string>& names);

}  // namespace sipladder
