// Units of time. All times are int64 nanoseconds since the Unix epoch.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sipladder {

inline constexpr int64_t kMillisecondNs = 1'000'000;
inline constexpr int64_t kSecondNs = 1'000'000'000;
inline constexpr int64_t kDayNs = 86'400 * kSecondNs;

// Times of packets are kept between 1900 and 2115, whatever a file says. So neither the difference
// of two of them overflows, nor one of them with a day added.
inline constexpr int64_t kEarliestNs = -2'208'988'800 * kSecondNs;
inline constexpr int64_t kLatestNs = 4'600'000'000 * kSecondNs;

inline int64_t kept_time(int64_t time_ns) {
  return std::clamp(time_ns, kEarliestNs, kLatestNs);
}
// The time by a clock that is `ahead_ns` ahead of the true one.
inline int64_t corrected_time(int64_t time_ns, int64_t ahead_ns) {
  int64_t result = 0;
  return kept_time(__builtin_sub_overflow(time_ns, ahead_ns, &result) ? time_ns : result);
}

}  // namespace sipladder
