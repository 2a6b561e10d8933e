// The codec negotiation of a call as a table, like the codec log of a switch: each codec of each
// offer, and whether the answer accepted it (RFC 3264 section 6).
#pragma once

#include <string>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// Lines of text with names as the network sent them: each renderer escapes them. Empty when no
// offer was answered. Bounds: kMaxCodecLines lines.
inline constexpr size_t kMaxCodecLines = 200;
std::vector<std::string> codec_table(const Model& model, const PacketLog& log, CallId call);

}  // namespace sipladder
