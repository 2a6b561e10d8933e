// Finds SIP messages in the lines of a text trace (trace_lines.h), whatever stands before each
// line.
//
// A start-line at the beginning of a line begins a message. A start-line with something before it
// begins one if the next line, with or without the same before it, is a header field.
//
// Bounds: kMaxTraceText bytes of a message; a longer one counts as cut by a snap length.
// kMaxWaiting messages that go on in another TCP segment. Threads: one.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/line_prefix.h"
#include "capture/packet.h"
#include "capture/text_heads.h"

namespace sipladder {

inline constexpr size_t kMaxTraceText = 65'000;  // fits a UDP datagram

struct TraceMessage {
  TraceHead head;
  std::optional<LogTime> log_time;  // of the last log line with one: it may have the date
  bool log_time_is_near =
      false;  // no other message stands between: the time of this one, if the head has none
  Transport transport = Transport::udp;
  bool inferred = false;  // an address was inferred from the message (hop_inference.h)
  std::string bytes;      // with CRLF restored
  size_t missing = 0;     // bytes at its end that the trace does not show
};

// Finds messages line by line.
class TraceParser {
 public:
  enum class BodyKind : uint8_t { unknown, sdp, sip, other };  // sip: may hold start-lines

  // Takes a line without its line end. True when a message has ended, before the line or with it:
  // *out is filled.
  bool add(std::string_view line, TraceMessage* out);
  bool finish(TraceMessage* out);  // the text has ended; to be called until it is false
  // The time that stood below the message that add() or finish() gave last. It is given once.
  std::optional<LogTime> take_time_below() { return std::exchange(time_below_, std::nullopt); }
  // Relative times are since the first packet, or else since the one before.
  void take_differences_as(bool since_first) { since_first_ = since_first; }
  // How many lines looked like a start-line without a message that could be read.
  uint64_t unread() const { return unread_; }
  const std::string& first_unread() const { return first_unread_; }

 private:
  static constexpr size_t kMandatory = 5;  // Via, From, To, Call-ID, CSeq

  // A message whose lines are being read.
  struct Open {
    std::optional<TraceHead> head;
    std::optional<LogTime> log_time;
    bool log_time_is_near = false;
    // Sequence number of the TCP segment that goes on with the message. tcpdump counts from 0 after
    // the first segment of a connection whose beginning it has not seen: `sent` is the number then.
    uint64_t next_sequence = 0;
    uint64_t sent = 0;
    std::string text;
    std::string partial;        // the beginning of a line that goes on in the next TCP segment
    bool ends_with_cr = false;  // the segment ends between CR and LF
    size_t body_at = 0;         // 0 while in the headers
    size_t body_lines = 0;
    std::optional<size_t> content_length;
    std::optional<Transport> via;
    size_t missing = 0;
    size_t header_lines = 0;
    LinePrefix prefix;
    BodyKind body = BodyKind::unknown;
    bool dots = false;
    size_t last_line = 0;  // where the last header line begins
    unsigned fields = 0;   // a bit for each of those that every message has
    bool has_contact = false;
    bool gap = false;   // behind an empty line, which may stand among the headers
    bool page = false;  // a page has ended or begun in that gap
    size_t padded_lines = 0;
    size_t length_at = 0, length_digits = 0;  // of the number in Content-Length
    bool length_left_out = false;             // "..." stands there
    std::string boundary;                     // of a multipart body
    bool spaced = false;                      // an empty line stands behind every line
    bool spacing = false;                     // the next line is such an empty one
    int foreign = 0;  // lines of other programs between those of the message

    size_t body_size() const { return text.size() - body_at; }
    bool is_segment() const { return head && head->segment > 0; }
    bool is_complete() const;
    bool has_all_fields() const { return fields == (1U << kMandatory) - 1; }
    bool has_length() const {
      return body_at != 0 && content_length && body_size() >= *content_length;
    }
    bool is_padded() const { return padded_lines * 2 > header_lines; }
    bool begins_body(std::string_view line) const;
    bool may_go_on() const;
    void end_headers();
    void break_off();
    void fit_body();
    bool may_cut_at(size_t size) const;
    void write_length();
  };

  // A line with a start-line behind something else: the next line tells whether it is one.
  struct Candidate {
    std::string line;
    size_t at = 0;  // of the start-line
    size_t number = 0;
  };

  bool end_with_step(int64_t step_ns, TraceMessage* out);
  void note_head(std::string_view line);
  void note_field(std::string_view line);
  void merge_head(TraceHead head);
  void look_back(const LinePrefix& prefix);
  void decide_candidate(std::string_view line);
  enum class Line { of_message, foreign, behind };
  Line place_of(std::string_view line, std::string_view* rest);
  bool is_foreign(std::string_view line);
  bool skip_spacing(std::string_view line);
  bool note_page_edge(std::string_view line);
  bool goes_on(std::string_view line);
  bool ends_before(std::string_view line) const;
  bool starts_another(std::string_view line) const;
  bool breaks_off(std::string_view line) const;
  void look_for_start(std::string_view line);
  void begin(std::string_view line, size_t at, LinePrefix prefix);
  void count_unread(std::string_view line, size_t number);
  void refuse(const Candidate& candidate);
  void append(std::string_view line);
  void append_to_segment(std::string_view line);
  void append_text(std::string_view line);
  void note_header(std::string_view line);
  bool take(TraceMessage* out);
  bool set_aside(TraceMessage* out);
  void go_on();
  void give_up_oldest();
  bool skip_headers(std::string_view* line);

  std::optional<TraceHead> head_;
  int lines_since_head_ = 0;
  std::optional<LogTime> log_time_;
  bool log_time_is_near_ = false;
  std::optional<Open> open_;
  std::optional<Candidate> candidate_;
  LinePrefix prefix_;               // of the message before
  std::deque<std::string> before_;  // the last lines since that message
  size_t line_number_ = 0;
  std::optional<Candidate> refused_;  // counts as unread, unless the message itself follows
  uint64_t unread_ = 0;
  std::string first_unread_;
  size_t segment_left_ = 0;  // bytes of SIP that the present TCP segment still has
  bool follows_ = false;     // another message stood before in this segment
  bool in_headers_ = false;  // in the IP and TCP headers of a segment that goes on with a message
  std::string headers_;
  std::vector<Open> waiting_;  // for the next segment of their connection
  bool since_first_ = false;
  int64_t elapsed_ns_ = 0;  // by relative times
  std::optional<LogTime> time_below_;
};

bool is_sdp_line(std::string_view line);  // "x=..."

// Whether the beginning of a file is text with SIP messages in it.
bool is_text_trace(std::string_view beginning);

}  // namespace sipladder
