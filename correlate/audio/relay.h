// Private to audio/judge.cc: does a relay (an SBC, a media proxy, a B2BUA) send on what it gets?
#pragma once

#include "correlate/audio/points.h"

namespace sipladder {

// A relay gets this direction and loses it: where it gets it, or none.
EndpointId relay_that_swallows(const AudioCase& audio, const Points& points,
                               const AudioDirection& direction, const AudioDirection& back);

}  // namespace sipladder
