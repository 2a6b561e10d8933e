// Private to the verdict on audio: is what is sent rejected on the way (RFC 792, RFC 4443)?
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

inline constexpr uint32_t kMinIcmpErrors = 3;

// icmp_unreachable or none.
AudioLoss rejected_by_icmp(const AudioCase& audio, StreamId id);
// Frames of the errors about a stream while the talk lasts.
std::vector<uint32_t> icmp_frames(const AudioCase& audio, StreamId id);

}  // namespace sipladder
