// Writes the words of an audio fault whose proof is a path that ICE or DTLS could not open.
#pragma once

#include "correlate/analysis/analysis.h"

namespace sipladder {

// Requires context.audio.closed_path.
void describe_closed_path(CallContext& context, Finding* finding);

}  // namespace sipladder
