// Private to audio/judge.cc: did the audio begin in time, and last as long as it was agreed?
#pragma once

#include "correlate/audio/reach.h"

namespace sipladder {

// stopped, late or no fault. A direction that stopped for a reason that shows has that fault:
// private_address or icmp_unreachable. Requires a stream in direction.last_leg.
AudioVerdict late_or_stopped(const AudioCase& audio, const Reach& reach,
                             const AudioDirection& direction, const AudioDirection& back);

}  // namespace sipladder
