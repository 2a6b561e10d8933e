// Captures of one call that were taken on several machines: by how much their clocks differ. This
// is told from the SIP messages and RTP packets that are in more than one of the files. A transit
// delay changes its sign with the direction of the packet, a clock does not.
#pragma once

#include <string>
#include <vector>

#include "capture/packet_source.h"

namespace sipladder {

// Reads the beginning of each file. The result has only those files whose clock is proven to be
// wrong by more than any delay, with the nanoseconds by which it is ahead of the first file's.
// Empty for fewer than two files, for more than kMaxFiles, and when a name is a folder or a pipe.
// A file that cannot be read is left out: whoever opens it next tells the error.
ClockCorrections capture_clocks(const std::vector<std::string>& names);

}  // namespace sipladder
