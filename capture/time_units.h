// Units of time: everywhere times are int64 nanoseconds since the epoch.
#pragma once

#include <cstdint>

namespace sipladder {

inline constexpr int64_t kMillisecond_ns = 1'000'000;
inline constexpr int64_t kSecond_ns = 1'000'000'000;

}  // namespace sipladder
