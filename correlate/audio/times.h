// Private to audio_judge.cc: did the audio begin in time, and last as long as it was agreed?
#pragma once

#include "correlate/audio/reach.h"

namespace sipladder {

// stopped, late or none; or why it stopped: private_address, icmp_unreachable (with
// direction.icmp_frames).
AudioLoss late_or_stopped(const AudioCase& audio, Reach& reach, AudioDirection& direction,
                          const AudioDirection& back);

}  // namespace sipladder
