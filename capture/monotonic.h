// The monotonic clock, to measure how long something takes or waits. Packets never have its times.
#pragma once

#include <cstdint>
#include <ctime>

#include "capture/time_units.h"

namespace sipladder {

// May be called in a signal handler.
inline int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * kSecondNs + now.tv_nsec;
}

}  // namespace sipladder
