// Each SDP before and after a hop, side by side, with marks at what changed.
#pragma once

#include <string>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// Lines of text, as the network sent the values: each renderer escapes. "!" changed, "-" taken
// away, "+" added. Bounds: kMaxHopLines lines.
inline constexpr size_t kMaxHopLines = 300;
std::vector<std::string> sdp_hops(const Model& model, const PacketLog& log, CallId call);

}  // namespace sipladder
