// Private to audio/judge.cc: did the audio begin in time, and last as long as it was agreed?
#pragma once

#include "correlate/audio/reach.h"

namespace sipladder {

// stopped, late or none; or why it stopped: private_address, icmp_unreachable.
AudioVerdict late_or_stopped(const AudioCase& audio, const Reach& reach,
                             const AudioDirection& direction, const AudioDirection& back);

}  // namespace sipladder
