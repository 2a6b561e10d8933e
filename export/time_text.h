// Points in time and durations as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace sipladder {

std::string clock_text(int64_t time_ns, bool utc);  // "13:05:59.123456"
std::string date_text(int64_t time_ns, bool utc);   // "2024-01-02"
std::string delta_text(int64_t delta_ns);           // "+0.123456", seconds
std::string duration_text(int64_t duration_ns);     // "0:07", "1:02:03"

}  // namespace sipladder
