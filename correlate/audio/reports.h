// Private to audio/: what RTCP of the receiver (RFC 3550 6.4) says of a direction. The receiver
// knows what this capture point cannot see.
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

// The receiver reports progress of a stream that is not in the capture. `back` has the receiver's
// own streams. The frame of the report, or 0.
uint32_t report_of_receipt(const AudioCase& audio, const AudioDirection& back);
// firewall when the receiver reports again and again that nothing comes of what passes here.
AudioVerdict reported_stuck(const AudioCase& audio, const AudioDirection& direction);

}  // namespace sipladder
