// Private to audio/judge.cc: is what is sent rejected on the way (RFC 792, RFC 4443)?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// icmp_unreachable when errors about the stream go on while the talk lasts, with their frames.
AudioVerdict rejected_by_icmp(const AudioCase& audio, StreamId id);

}  // namespace sipladder
