// Private to audio/judge.cc: no RTP of a direction is in the capture. Is it missing, or does it
// take a path that this capture point does not see?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// True when the direction would have to pass here and its receiver does not report it by RTCP.
// Requires a `direction` without streams, after report_of_receipt() was asked for it.
bool is_missing(const AudioCase& audio, const AudioDirection& direction,
                const AudioDirection& back);

}  // namespace sipladder
