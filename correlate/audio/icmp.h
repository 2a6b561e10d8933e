// Private to audio/judge.cc: is what is sent rejected on the way (RFC 792, RFC 4443)?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// icmp_unreachable when errors about the stream go on while the talk lasts, with their frames.
AudioVerdict rejected_by_icmp(const AudioCase& audio, StreamId id);

// The longest time of kMissedNs or more for which errors follow each other about a stream of the
// direction, and after which the stream goes on. Not where RTCP says that all arrived.
std::optional<Interruption> rejected_for_a_time(const AudioCase& audio,
                                                const AudioDirection& direction);

}  // namespace sipladder
