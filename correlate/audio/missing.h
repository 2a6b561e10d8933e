// Private to audio/judge.cc: nothing of a direction is in the capture. Is it missing, or does it
// take a way that this point does not see?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// `direction` has no streams; its reported_frame tells whether its receiver gets it by RTCP.
bool is_missing(const AudioCase& audio, const AudioDirection& direction,
                const AudioDirection& back);

}  // namespace sipladder
