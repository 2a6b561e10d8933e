// Private to audio/judge.cc: can the receiver decode what comes (RFC 3264 6.1, 8.3.2)?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// codec_mismatch when no SDP of the receiver, on any hop, lists a payload type that comes.
AudioVerdict never_decodable(const AudioCase& audio, const AudioDirection& direction);
// codec_mismatch when the receiver's newest SDP does not list what still comes a few seconds later.
// Requires a stream in direction.last_leg.
AudioVerdict no_longer_decodable(const AudioCase& audio, const AudioDirection& direction);

}  // namespace sipladder
