// Private to audio/judge.cc: can the receiver open what is encrypted (RFC 3711, RFC 4568)?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// Tags prove that the sender goes on with a key that its own newer SDP has replaced, or that its
// rollover counter is not the one that a receiver of all its packets counts: srtp_key or none. A
// tag that no known key has made proves nothing.
AudioVerdict not_opened(const AudioCase& audio, const AudioDirection& direction);

}  // namespace sipladder
