// The head of a message: the lines with which servers and tools announce a SIP message in their
// text output. Pure functions; results hold no reference to the line.
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
  RawEndpoint own, other;  // as the writer of the log sees them (complete_sides())
  std::optional<LogTime> time;
  std::optional<Transport> transport;
  size_t bytes = 0;          // of the message, 0 when the line does not say
  size_t segment = 0;        // bytes of payload in this TCP segment (tcpdump), 0: no segment
  uint64_t sequence = 0;     // sequence number of the first of these bytes
  bool dots = false;         // a CR at the end of a line shows as a dot (ngrep)
  bool blank_ends = false;   // an empty line, without a dot, ends the message
  bool after_bytes = false;  // headers of the packet stand before the message (tcpdump -A)
  bool guessed = false;      // told by its words, not by the form of a known tool
  enum class Way : uint8_t { unknown, sent, received };
  Way way = Way::unknown;  // as the writer of the log sees it
  bool has_ends() const { return src.known || dst.known; }
};

// nullopt when the line announces no message.
std::optional<TraceHead> parse_trace_head(std::string_view line);

// A transport as a log or a Via writes it, in any case: "UDP", "tls". nullopt for other words.
std::optional<Transport> parse_transport(std::string_view name);

// How many characters tcpdump -A shows of the IP and TCP headers, one for each byte; 0 while
// `shown` holds too few to tell.
size_t shown_headers(std::string_view shown);

// Where a SIP start-line begins in `line`; npos when there is none. Nothing may stand behind a
// Request-Line. `anywhere`: other bytes may stand before the start-line.
size_t find_start_line(std::string_view line, bool anywhere);

}  // namespace sipladder
