// Private to audio_judge.cc: does a relay (an SBC, a media proxy, a B2BUA) send on what it gets?
#pragma once

#include "correlate/audio/points.h"

namespace sipladder {

// A relay gets this direction and loses it: direction.silent_relay is set to where it gets it.
bool is_lost_in_relay(const AudioCase& audio, const Points& points, AudioDirection& direction,
                      const AudioDirection& back);

}  // namespace sipladder
