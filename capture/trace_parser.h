// Lines of a text trace to SIP messages: what FreeSWITCH, Asterisk, ngrep, tcpdump -A and sngrep
// write.
//
// Bounds: kMaxTraceText bytes of a message; what is longer counts as cut by a snap length.
// kMaxWaiting messages that go on in another TCP segment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "capture/text_heads.h"

namespace sipladder {

inline constexpr size_t kMaxTraceText = 65'000;  // fits a UDP datagram

struct TraceMessage {
  TraceHead head;
  std::optional<LogTime> log_time;  // of the log line before, when the head has none
  Transport transport = Transport::udp;
  std::string bytes;  // with CRLF restored
  size_t missing = 0;
};

// Finds messages line by line.
class TraceParser {
 public:
  // `line` without its line end. True when a message has ended: before the line, or with it.
  bool add(std::string_view line, TraceMessage* out);
  bool finish(TraceMessage* out);  // the text has ended; until it is false
  // Relative times are since the first packet, or else since the one before.
  void take_differences_as(bool since_first) { since_first_ = since_first; }

 private:
  // A message of which lines were read.
  struct Open {
    std::optional<TraceHead> head;
    std::optional<LogTime> log_time;
    // Of the TCP segment with which it goes on: tcpdump counts from 0 after the first of a
    // connection whose beginning it has not seen.
    uint64_t next_sequence = 0;
    uint64_t sent = 0;
    std::string text;
    std::string partial;        // the beginning of a line that goes on in the next TCP segment
    bool ends_with_cr = false;  // of its line end, the next segment has LF
    size_t body_at = 0;         // 0 while in the headers
    size_t body_lines = 0;
    std::optional<size_t> content_length;
    std::optional<Transport> via;
    size_t missing = 0;
    size_t indent = 0;
    bool dots = false;
    bool tabs = false;  // tcpdump -v shows the message with a tab before each line

    size_t body_size() const { return text.size() - body_at; }
    bool is_segment() const { return head && head->segment > 0; }
    bool is_complete() const;
  };

  void note_head(std::string_view line);
  bool ends_before(std::string_view line) const;
  void begin(std::string_view line);
  void append(std::string_view line);
  void append_to_segment(std::string_view line);
  void append_text(std::string_view line);
  void note_header(std::string_view line);
  void take(TraceMessage* out);
  bool set_aside(TraceMessage* out);
  void go_on();
  void give_up_oldest();
  bool skip_headers(std::string_view* line);

  std::optional<TraceHead> head_;
  int lines_since_head_ = 0;
  std::optional<LogTime> log_time_;
  std::optional<Open> open_;
  bool prefixed_ = false;    // a system log writes before each line
  size_t segment_left_ = 0;  // bytes of SIP that the present TCP segment still has
  bool follows_ = false;     // another message stood before in this segment
  bool in_headers_ = false;  // of a TCP segment that goes on with a message
  std::string headers_;
  std::vector<Open> waiting_;  // at the end of a TCP segment
  bool since_first_ = false;
  int64_t elapsed_ns_ = 0;  // by relative times
};

// Whether the beginning of a file is text with SIP messages in it.
bool is_text_trace(std::string_view beginning);

}  // namespace sipladder
