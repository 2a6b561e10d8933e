// Private to audio/judge.cc: does a relay (an SBC, a media proxy, a B2BUA) send on what it gets?
#pragma once

#include "correlate/audio/points.h"

namespace sipladder {

// The endpoint at which a relay gets a direction that it does not send on; none: there is no such
// relay. Only streams of kMinMedia packets count.
EndpointId relay_that_swallows(const AudioCase& audio, const Points& points,
                               const AudioDirection& direction, const AudioDirection& back);

// The stream of another call that a B2BUA gets from the sending party and does not send on; none:
// there is no such stream. Requires a direction without streams. `back` has to come out of the
// B2BUA under its SSRC, towards the very endpoint from which the stream comes. None as well when
// two ends fit: one of them only listens, and which is not known.
StreamId taken_on_other_leg(const AudioCase& audio, const Points& points,
                            const AudioDirection& back);

}  // namespace sipladder
