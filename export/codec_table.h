// What was negotiated, as a switch's codec log tells it: each codec of each offer with what became
// of it (RFC 3264 section 6).
#pragma once

#include <string>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// Lines of text, as the network sent the names: each renderer escapes. Empty without an offer that
// was answered. Bounds: kMaxCodecLines lines.
inline constexpr size_t kMaxCodecLines = 200;
std::vector<std::string> codec_table(const Model& model, const PacketLog& log, CallId call);

}  // namespace sipladder
