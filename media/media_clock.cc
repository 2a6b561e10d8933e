#include "media/media_clock.h"

#include <limits>

namespace sipladder {

int64_t elapsed_ns(int64_t from, int64_t to) {
  int64_t elapsed = 0;
  if (!__builtin_sub_overflow(to, from, &elapsed)) return elapsed;
  return to > from ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

int64_t MediaClock::place(uint32_t timestamp, int64_t time_ns) {
  // The difference modulo 2^32 is right over a wrap, too, and negative for a reordered packet.
  const int64_t ticks = static_cast<int32_t>(timestamp - timestamp_);
  const int64_t scaled = ticks * 1'000'000'000 + rest_;
  int64_t expected = 0;
  const bool overflow = __builtin_add_overflow(at_ns_, scaled / clock_hz_, &expected);
  const int64_t drift = elapsed_ns(expected, time_ns);
  const bool usable = anchored_ && !overflow && drift <= kMaxDriftNs && drift >= -kMaxDriftNs;
  at_ns_ = usable ? expected : time_ns;
  rest_ = usable ? scaled % clock_hz_ : 0;
  anchored_ = true;
  timestamp_ = timestamp;
  return at_ns_;
}

}  // namespace sipladder
