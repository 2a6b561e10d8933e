// Each SDP of a call before and after a hop, with marks at the lines that the hop changed.
#pragma once

#include <string>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// Lines of text with values as the network sent them: each renderer escapes them. Marks are "!"
// (changed), "-" (removed) and "+" (added). Empty when the capture shows no hop of an SDP. Bounds:
// kMaxHopLines lines.
inline constexpr size_t kMaxHopLines = 300;
std::vector<std::string> sdp_hops(const Model& model, const PacketLog& log, CallId call);

}  // namespace sipladder
