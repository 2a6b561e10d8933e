// Whether some milliseconds of sound are ringback tone, which a caller hears while the other side
// rings: one frequency or two between 350 and 480 Hz (ITU-T E.182, E.180 supplement 2), and next to
// nothing else. False for fewer than 160 samples, and below 8000 Hz. Any thread.
#pragma once

#include <cstdint>
#include <span>

namespace sipladder {

bool is_ringback_tone(std::span<const int16_t> pcm, int sample_rate);

}  // namespace sipladder
