// Points in time as logs write them. Pure functions: a scan_...() moves *in behind what it has
// read, and leaves *in alone when it returns false.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "capture/text_scanner.h"

namespace sipladder {

// A point in time as a log says it, with or without its date.
struct LogTime {
  enum class Kind : uint8_t {
    clock,     // the fields below
    epoch,     // ns since 1970
    relative,  // ns since the packet before, or since the first packet (tcpdump -ttt, -ttttt)
  };
  Kind kind = Kind::clock;
  int year = 0;  // 0: the log does not say it
  int month = 0;
  int day = 0;                           // 0: a time of day only
  int64_t ns = 0;                        // since midnight, or as `kind` says
  std::optional<int> zone_minutes = {};  // east of UTC; nullopt: local time of the log's host
};

// "2024-01-02 03:04:05.123456", "2024-01-02T03:04:05,123Z", "Jan  2 2024 03:04:05",
// "02.01.2024 03:04:05:123", "01-02 03:04:05.123", "20240102-030405.123", "03:04:05".
bool scan_time(Scanner* in, LogTime* time);

// " +20ms" alone in a line: the time since the message before, as the log library of browsers
// ("debug") writes it below a message. In nanoseconds; nullopt when the line is anything else.
std::optional<int64_t> parse_step(std::string_view line);

// "1704164645.123456", seconds since 1970.
bool scan_epoch(Scanner* in, LogTime* time);

// The time with which a log line begins, in brackets or not.
std::optional<LogTime> parse_log_time(std::string_view line);

// The first time in the line that has a date. If none has, the first time of day.
std::optional<LogTime> find_log_time(std::string_view line);

}  // namespace sipladder
