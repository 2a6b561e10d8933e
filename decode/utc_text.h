#pragma once

#include <cstdint>
#include <string>

namespace sipladder {

// "2024-01-02 03:04:05 UTC" for nanoseconds since the epoch; empty for 0. Threads: any.
std::string utc_text(int64_t time_ns);

}  // namespace sipladder
