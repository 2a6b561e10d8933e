// How often a question about the whole capture is asked again while packets come: the longer the
// answer takes, the less often.
#pragma once

#include <algorithm>
#include <chrono>

namespace sipladder {

using PaceClock = std::chrono::steady_clock;

// When to ask the next time: the question was asked at `began` and is answered now.
inline PaceClock::time_point next_question(PaceClock::time_point began) {
  constexpr auto kLeast = std::chrono::milliseconds(500);
  constexpr int kPause = 10;  // times as long as it took
  const PaceClock::time_point now = PaceClock::now();
  return now + std::max<PaceClock::duration>(kLeast, (now - began) * kPause);
}

}  // namespace sipladder
