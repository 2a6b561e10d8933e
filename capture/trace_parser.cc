#include "capture/trace_parser.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <tuple>
#include <utility>

#include "capture/announcement.h"
#include "capture/header_lines.h"
#include "capture/text_scanner.h"
#include "capture/trace_lines.h"

namespace sipladder {
namespace {

constexpr size_t kMaxWaiting = 64;
constexpr int kMaxLinesToStart = 12;
constexpr int kMaxLinesOfGuess = 3;  // likewise behind a line that is only guessed to be a head
constexpr size_t kMaxLineBefore = 1000;

bool is_before(const LogTime& a, const LogTime& b) {
  return std::tie(a.year, a.month, a.day, a.ns) < std::tie(b.year, b.month, b.day, b.ns);
}

}  // namespace

bool TraceParser::add(std::string_view line, TraceMessage* out) {
  line_number_++;
  if (const auto step = parse_step(line)) return end_with_step(*step, out);
  if (candidate_) decide_candidate(line);
  const bool begins_segment = in_headers_;
  if (in_headers_ && !skip_headers(&line)) return false;
  if (begins_segment && find_start_line(line, false) == 0) {
    const bool there = take(out);  // the end of the open message is not in the text
    begin(line, 0, {});
    return there;
  }
  bool ended = false;
  if (open_) {
    std::string_view rest = line;
    const Line place = place_of(line, &rest);
    if (place == Line::of_message) append(rest);
    if (place != Line::behind) return open_->is_complete() && take(out);
    ended = set_aside(out);
  }
  note_head(line);
  if (open_) return ended;  // note_head() took up a waiting message: its next segment begins
  look_for_start(line);
  return ended;
}

// A time difference below a message ends the message and tells its time.
bool TraceParser::end_with_step(int64_t step_ns, TraceMessage* out) {
  elapsed_ns_ += step_ns;
  time_below_ = LogTime{LogTime::Kind::relative, 0, 0, 0, elapsed_ns_, {}};
  return open_ && take(out);
}

bool TraceParser::finish(TraceMessage* out) {
  if (candidate_) refuse(*candidate_);
  candidate_.reset();
  if (refused_) count_unread(refused_->line, refused_->number);
  refused_.reset();
  while (open_ || !waiting_.empty()) {
    if (!open_) give_up_oldest();
    if (take(out)) return true;
  }
  return false;
}

// The oldest waiting message loses its time: later messages were handed on already, and times must
// not go back.
void TraceParser::give_up_oldest() {
  open_ = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  open_->head->time.reset();
}

void TraceParser::count_unread(std::string_view line, size_t number) {
  constexpr size_t kShown = 120;
  if (unread_++ == 0)
    first_unread_ = "line " + std::to_string(number) + ": " + std::string(line.substr(0, kShown));
}

// A candidate is no message. It does not count as unread yet, because a log may name the start-line
// before it shows the message.
void TraceParser::refuse(const Candidate& candidate) {
  if (refused_) count_unread(refused_->line, refused_->number);
  refused_ = candidate;
}

void TraceParser::note_head(std::string_view line) {
  const auto stripped = prefix_.strip(line);
  auto head = parse_trace_head(stripped.value_or(line));
  if (!head && stripped) head = parse_trace_head(line);
  if (head) {
    merge_head(*head);
  } else {
    note_field(stripped.value_or(line));
  }
  const auto time = find_log_time(line);
  const bool date_is_known = head && log_time_ && log_time_->day != 0;
  if (time && (time->day != 0 || !date_is_known)) {
    log_time_ = time;
    log_time_is_near_ = true;
  }
  before_.emplace_back(line.substr(0, kMaxLineBefore));
  if (before_.size() > kMaxLinesToStart) before_.pop_front();
}

// Looks for one line of a head of several lines. Such a head replaces one that was only guessed.
void TraceParser::note_field(std::string_view line) {
  TraceHead fresh;
  const bool is_field = note_head_field(line, &fresh);
  const bool begins = fresh.has_ends() || fresh.other.known || fresh.way != TraceHead::Way::unknown;
  const bool anew = !head_ || (begins && head_->guessed && head_->has_ends());
  if (is_field && (begins || fresh.own.known || head_)) {
    TraceHead head = anew ? TraceHead{} : *head_;
    note_head_field(line, &head);
    head_ = head;
    lines_since_head_ = 0;
    return;
  }
  const bool empty = line.find_first_not_of(" \t-=~") == npos;
  if (!head_ || (empty && head_->guessed)) return;
  if (++lines_since_head_ > (head_->guessed ? kMaxLinesOfGuess : kMaxLinesToStart)) head_.reset();
}

// A head may have two lines: one that only says "sent" or "received" adds to the addresses before
// it.
void TraceParser::merge_head(TraceHead head) {
  const bool adjacent = head_ && (lines_since_head_ == 0 || !head_->guessed);
  if (adjacent && !head.has_ends() && head.segment == 0 &&
      (head_->has_ends() || head_->other.known)) {
    if (head.way != TraceHead::Way::unknown) head_->way = head.way;
    if (head.time) head_->time = head.time;
    if (head.transport) head_->transport = head.transport;
    lines_since_head_ = 0;
    return;
  }
  head_ = std::move(head);
  follows_ = false;
  lines_since_head_ = 0;
  if (head_->time && head_->time->kind == LogTime::Kind::relative) {
    elapsed_ns_ = since_first_ ? head_->time->ns : elapsed_ns_ + head_->time->ns;
    head_->time->ns = elapsed_ns_;
  }
  segment_left_ = head_->segment;
  if (segment_left_ > 0) go_on();
}

// The prefix of the lines is known only now. The lines before the message are read once more
// without it, since the head may be among them.
void TraceParser::look_back(const LinePrefix& prefix) {
  if (head_ && head_->has_ends()) return;
  const auto lines = before_;
  for (const std::string& line : lines) {
    const auto rest = prefix.strip(line);
    if (!rest || rest->size() == line.size()) continue;
    if (const auto head = parse_trace_head(*rest)) merge_head(*head);
    TraceHead fields = head_.value_or(TraceHead{});
    if (note_head_field(*rest, &fields)) head_ = fields;
  }
}

// `line` follows a start-line with something before it, and tells whether that was a message.
void TraceParser::decide_candidate(std::string_view line) {
  const Candidate candidate = *std::exchange(candidate_, std::nullopt);
  const std::string_view before = std::string_view(candidate.line).substr(0, candidate.at);
  LinePrefix prefix{before};
  const auto rest = prefix.strip(line);
  const bool same = rest && is_known_header(*rest);
  if (!same) {
    // What stood before the start-line is not before this line. The header fields may be indented.
    const size_t indent = std::min(line.find_first_not_of(" \t"), line.size());
    if (!is_known_header(line.substr(indent))) return refuse(candidate);
    prefix = LinePrefix{line.substr(0, indent)};
  }
  if (same) look_back(prefix);
  begin(candidate.line, candidate.at, std::move(prefix));
}

void TraceParser::look_for_start(std::string_view line) {
  const bool after_bytes = head_ && head_->after_bytes;
  // tcpdump shows the start-line in the head line, too.
  if (after_bytes && lines_since_head_ == 0) return;
  if (after_bytes || follows_) {
    const size_t at = find_start_line(line, after_bytes);
    // Behind another message, the end of a segment may cut the start-line.
    const bool cut = at == npos && follows_ && line.size() + 2 > segment_left_;
    if (cut) return begin(line, 0, {});
    if (at != npos) begin(line, at, LinePrefix{line.starts_with('\t') ? "\t" : ""});
    return;
  }
  if (find_start_line(line, false) == 0) return begin(line, 0, {});
  const size_t at = find_start_line(line, true);
  if (at == npos) return;
  const LinePrefix prefix{line.substr(0, at)};
  const auto known = prefix_.empty() ? std::nullopt : prefix_.strip(line);
  if (known && find_start_line(*known, false) == 0) return begin(line, at, prefix_);
  if (head_ && prefix.is_indent()) return begin(line, at, prefix);
  candidate_ = Candidate{std::string(line), at, line_number_};
}

void TraceParser::begin(std::string_view line, size_t at, LinePrefix prefix) {
  if (head_) complete_sides(&*head_);
  open_ = Open{};
  open_->head = head_;
  if (head_) {
    open_->next_sequence = head_->sequence + head_->segment;
    open_->sent = head_->segment;
  }
  open_->log_time = log_time_;
  open_->log_time_is_near = log_time_is_near_;
  const std::string_view start_line = line.substr(at);
  if (refused_ && refused_->line.find(start_line) == npos)
    count_unread(refused_->line, refused_->number);
  refused_.reset();
  open_->dots =
      trim_text(start_line).ends_with('.') && (!head_ || head_->dots || !head_->has_ends());
  if (open_->head && !open_->dots) open_->head->blank_ends = false;
  open_->prefix = std::move(prefix);
  if (open_->is_segment()) {
    append_to_segment(start_line);
  } else {
    append_text(start_line);
  }
}

// Looks for a waiting message that goes on in the segment that was announced.
void TraceParser::go_on() {
  const auto same_way = [&](const Open& open) {
    return open.head->src == head_->src && open.head->dst == head_->dst &&
           (open.next_sequence == head_->sequence || open.sent == head_->sequence);
  };
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), same_way);
  if (found == waiting_.end()) return;
  open_ = std::move(*found);
  waiting_.erase(found);
  open_->next_sequence = head_->sequence + head_->segment;
  open_->sent += head_->segment;
  // A segment that was put in order can be older than the one before it.
  if (head_->time && !(open_->head->time && is_before(*head_->time, *open_->head->time)))
    open_->head->time = head_->time;
  in_headers_ = true;
  headers_.clear();
}

// Skips the IP and TCP headers that tcpdump -A shows before the payload: a character for each byte,
// and a line end for a byte 10. False when `line` holds nothing else.
bool TraceParser::skip_headers(std::string_view* line) {
  headers_.append(*line).append("\n");
  const size_t length = shown_headers(headers_);
  const size_t shown = headers_.size() - 1;
  if (length == 0 || shown < length) return false;
  in_headers_ = false;
  line->remove_prefix(line->size() - std::min(line->size(), shown - length));
  return true;
}

// The lines of the message have ended before its end. If a TCP segment ends here, the message waits
// for the next one. True when a message ends for good: *out is filled.
bool TraceParser::set_aside(TraceMessage* out) {
  if (!open_->is_segment() || segment_left_ > 0) return take(out);
  waiting_.push_back(*std::exchange(open_, std::nullopt));
  if (waiting_.size() <= kMaxWaiting) return false;
  give_up_oldest();
  return take(out);
}

bool is_text_trace(std::string_view beginning) {
  if (beginning.find('\0') != npos) return false;
  TraceLines lines;
  TraceParser parser;
  TraceMessage message;
  std::string line;
  while (!beginning.empty()) {
    const size_t end = beginning.find('\n');
    lines.add(beginning.substr(0, end));
    beginning = end == npos ? std::string_view() : beginning.substr(end + 1);
    if (beginning.empty()) lines.finish();
    while (lines.next(&line)) {
      if (parser.add(line, &message)) return true;
    }
  }
  return parser.finish(&message);
}

}  // namespace sipladder
