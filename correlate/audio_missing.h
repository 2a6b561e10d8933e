// Private to audio_judge.cc: nothing of a direction is in the capture. Is it missing, or does it
// take a way that this point does not see?
#pragma once

#include "correlate/audio_judge.h"

namespace sipladder {

// `direction` has no streams; its reported_frame is set where RTCP tells that its receiver gets it.
bool is_missing(const AudioCase& audio, AudioDirection& direction, const AudioDirection& back);

}  // namespace sipladder
