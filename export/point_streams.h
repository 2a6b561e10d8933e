// RTP at two capture points: which of it is the same, and what was lost between them.
//
// Threads: as both models. Bounds: kMostStreams streams of one SSRC at each point; more of them say
// nothing about which is which.
#pragma once

#include "export/point_compare.h"

namespace sipladder {

inline constexpr size_t kMostStreams = 1000;

// Requires the directions of the messages. Fills Comparison::streams and rtp_lost.
void compare_streams(const ComparedPoint& a, const ComparedPoint& b, Comparison* out);

}  // namespace sipladder
