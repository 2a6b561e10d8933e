// The lines with which servers and tools announce a SIP message in their text output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "capture/packet.h"
#include "capture/raw_packet.h"

namespace sipladder {

// A point in time as a log says it: with or without its date.
struct LogTime {
  enum class Kind : uint8_t {
    clock,     // the fields below
    epoch,     // ns since 1970
    relative,  // ns since the packet before, or since the first one (tcpdump -ttt, -ttttt)
  };
  Kind kind = Kind::clock;
  int year = 0;  // 0: none was said
  int month = 0;
  int day = 0;     // 0: a time of day only
  int64_t ns = 0;  // of the day, or as `kind` says
};

struct TraceHead {
  RawEndpoint src, dst;
  std::optional<LogTime> time;
  std::optional<Transport> transport;
  size_t bytes = 0;          // of the message, 0 when the line does not say
  size_t segment = 0;        // bytes in this TCP segment (tcpdump), 0: no segment
  uint64_t sequence = 0;     // number of the first of them
  bool dots = false;         // line ends show as a dot (ngrep)
  bool blank_ends = false;   // an empty line ends the message
  bool after_bytes = false;  // headers of the packet stand before the message (tcpdump -A)
};

// nullopt when the line announces no message.
std::optional<TraceHead> parse_trace_head(std::string_view line);

// The time with which a log line begins, in brackets or not: "2024-01-02 03:04:05.123456",
// "Jan  2 03:04:05", "03:04:05".
std::optional<LogTime> parse_log_time(std::string_view line);

// How long the prefix is that a system log writes before each line of a program ("Jan  2 03:04:05
// host program[1]: "); 0 when there is none.
size_t syslog_prefix(std::string_view line);

// "UDP", "tls", as a log or a Via writes it.
std::optional<Transport> parse_transport(std::string_view name);

// How many characters tcpdump -A shows of the IP and TCP headers, one for each byte; 0 while
// `shown` holds too few to tell.
size_t shown_headers(std::string_view shown);

// Where a SIP start-line begins in `line`, npos when none ends it. `anywhere`: other bytes may
// stand before.
size_t find_start_line(std::string_view line, bool anywhere);

}  // namespace sipladder
