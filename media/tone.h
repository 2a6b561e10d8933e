// Whether some milliseconds of sound are the tone that a caller hears while it rings: one frequency
// or two between 350 and 480 Hz (ITU-T E.182, E.180 supplement 2), and next to nothing else.
#pragma once

#include <cstdint>
#include <span>

namespace sipladder {

bool is_ringback_tone(std::span<const int16_t> pcm, int sample_rate);

}  // namespace sipladder
