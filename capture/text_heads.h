// The lines with which servers and tools announce a SIP message in their text output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "capture/log_time.h"
#include "capture/packet.h"
#include "capture/raw_packet.h"

namespace sipladder {

struct TraceHead {
  RawEndpoint src, dst;
  RawEndpoint own, other;  // of whoever wrote the log, until its way is known
  std::optional<LogTime> time;
  std::optional<Transport> transport;
  size_t bytes = 0;          // of the message, 0 when the line does not say
  size_t segment = 0;        // bytes in this TCP segment (tcpdump), 0: no segment
  uint64_t sequence = 0;     // number of the first of them
  bool dots = false;         // line ends show as a dot (ngrep)
  bool blank_ends = false;   // an empty line ends the message
  bool after_bytes = false;  // headers of the packet stand before the message (tcpdump -A)
  bool guessed = false;      // by its words, not by the form of a known tool
  enum class Way : uint8_t { unknown, sent, received };
  Way way = Way::unknown;  // as whoever wrote the log sees it
  bool has_ends() const { return src.known || dst.known; }
};

// nullopt when the line announces no message.
std::optional<TraceHead> parse_trace_head(std::string_view line);

// "UDP", "tls", as a log or a Via writes it.
std::optional<Transport> parse_transport(std::string_view name);

// How many characters tcpdump -A shows of the IP and TCP headers, one for each byte; 0 while
// `shown` holds too few to tell.
size_t shown_headers(std::string_view shown);

// Where a SIP start-line begins in `line`, npos when none ends it. `anywhere`: other bytes may
// stand before.
size_t find_start_line(std::string_view line, bool anywhere);

}  // namespace sipladder
