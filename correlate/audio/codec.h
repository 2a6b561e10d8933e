// Private to audio/judge.cc: can the receiver decode what comes (RFC 3264 6.1, 8.3.2)?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// No SDP of the receiver, on any hop, lists what comes: codec_mismatch or none.
AudioVerdict never_decodable(const AudioCase& audio, const AudioDirection& direction);
// The receiver's newest SDP, agreed for a while, does not list what still comes.
AudioVerdict no_longer_decodable(const AudioCase& audio, const AudioDirection& direction);

}  // namespace sipladder
