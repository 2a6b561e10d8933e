// Private to audio/judge.cc: what RTCP of the receiver (RFC 3550 6.4) says of a direction. It knows
// what this capture point cannot see.
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// The receiver, whose own streams are those of `back`, reports progress of a stream that is not in
// the capture. The frame that says so, or 0.
uint32_t report_of_receipt(const AudioCase& audio, const AudioDirection& back);
// It reports again and again that nothing comes of what passes here: firewall or none.
AudioVerdict reported_stuck(const AudioCase& audio, const AudioDirection& direction);

}  // namespace sipladder
