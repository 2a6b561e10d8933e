// Private to audio/judge.cc: can the receiver open the SRTP that it gets (RFC 3711, RFC 4568)?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// srtp_key when authentication tags prove one of two things: the sender goes on with a key that its
// own newer SDP has replaced, or its rollover counter is not the one that a receiver of all its
// packets counts. A tag that no known key has made proves nothing.
AudioVerdict not_opened(const AudioCase& audio, const AudioDirection& direction);

}  // namespace sipladder
