// Private to audio/judge.cc: does a relay (an SBC, a media proxy, a B2BUA) send on what it gets?
#pragma once

#include "correlate/audio/points.h"

namespace sipladder {

// The endpoint at which a relay gets a direction that it does not send on; none: there is no such
// relay. Only streams of kMinMedia packets count.
EndpointId relay_that_swallows(const AudioCase& audio, const Points& points,
                               const AudioDirection& direction, const AudioDirection& back);

}  // namespace sipladder
