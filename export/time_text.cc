#include "export/time_text.h"

#include <fmt/format.h>

#include <ctime>

#include "capture/time_units.h"

namespace sipladder {
namespace {

std::tm broken_down(int64_t seconds, bool utc) {
  const std::time_t time = static_cast<std::time_t>(seconds);
  std::tm out{};
  if ((utc ? gmtime_r(&time, &out) : localtime_r(&time, &out)) == nullptr) out = std::tm{};
  return out;
}

// Rounds down, so that times before 1970 keep their microseconds positive.
int64_t floor_seconds(int64_t time_ns) {
  return time_ns / kSecondNs - (time_ns % kSecondNs < 0 ? 1 : 0);
}

}  // namespace

std::string clock_text(int64_t time_ns, bool utc) {
  const int64_t seconds = floor_seconds(time_ns);
  const std::tm t = broken_down(seconds, utc);
  return fmt::format("{:02}:{:02}:{:02}.{:06}", t.tm_hour, t.tm_min, t.tm_sec,
                     (time_ns - seconds * kSecondNs) / 1000);
}

std::string date_text(int64_t time_ns, bool utc) {
  const std::tm t = broken_down(floor_seconds(time_ns), utc);
  return fmt::format("{:04}-{:02}-{:02}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}

std::string delta_text(int64_t delta_ns) {
  const int64_t size = (delta_ns < 0 ? -delta_ns : delta_ns) + 500;  // rounded to microseconds
  return fmt::format("{}{}.{:06}", delta_ns < 0 ? '-' : '+', size / kSecondNs,
                     size % kSecondNs / 1000);
}

std::string duration_text(int64_t duration_ns) {
  const int64_t seconds = duration_ns / kSecondNs;
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace sipladder
