#include "capture/trace_parser.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <tuple>
#include <utility>

namespace sipladder {
namespace {

constexpr size_t kMaxWaiting = 64;
constexpr int kMaxLinesToStart = 12;

bool is_all(std::string_view text, char c) {
  return !text.empty() && text.find_first_not_of(c) == std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// What the tools write below a message.
bool is_end_mark(std::string_view line) {
  const std::string_view text = trim(line);
  if (text == "---" || is_all(text, '#')) return true;
  if (text.size() >= 20 && is_all(text, '-')) return true;
  return text.size() >= 6 && text.starts_with("<--") && text.ends_with("->");
}

bool equal_no_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// The body with LF, as some servers send it: the trace does not say which it was.
std::string with_bare_line_ends(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') result += text[i];
  }
  return result;
}

// Behind a byte order mark and the escape sequences with which a terminal's output is coloured, and
// before those at its end.
std::string_view without_colours(std::string_view line) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  const auto length_at = [&](size_t at) {
    const size_t end = line.find('m', at);
    const bool colour = line.substr(at).starts_with("\x1b[") && end != std::string_view::npos &&
                        line.find_first_not_of("0123456789;", at + 2) == end;
    return colour ? end + 1 - at : size_t{0};
  };
  while (const size_t length = length_at(0)) line.remove_prefix(length);
  for (size_t at = line.rfind('\x1b'); at != std::string_view::npos; at = line.rfind('\x1b')) {
    if (at + length_at(at) != line.size()) break;
    line = line.substr(0, at);
  }
  return line;
}

// Of "SIP/2.0/TLS 192.0.2.1:5061;...".
std::optional<Transport> via_transport(std::string_view via) {
  via = trim(via.substr(0, via.find(';')));
  const size_t slash = via.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view rest = trim(via.substr(slash + 1));
  return parse_transport(rest.substr(0, rest.find_first_of(" \t")));
}

bool is_before(const LogTime& a, const LogTime& b) {
  return std::tie(a.year, a.month, a.day, a.ns) < std::tie(b.year, b.month, b.day, b.ns);
}

// Whether `text` holds `length` bytes and nothing but line ends behind them.
bool only_line_ends(std::string_view text, size_t length) {
  return text.size() >= length && text.find_first_not_of('\n', length) == std::string_view::npos;
}

}  // namespace

bool TraceParser::add(std::string_view line, TraceMessage* out) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  line = without_colours(line);
  const size_t prefix = syslog_prefix(line);
  if (prefix != 0 && (!open_ || prefixed_)) {
    if (const auto time = parse_log_time(line)) log_time_ = time;
    line.remove_prefix(prefix);
  }
  const bool begins_segment = in_headers_;
  if (in_headers_ && !skip_headers(&line)) return false;
  if (begins_segment && find_start_line(line, false) == 0) {
    take(out);  // its end is not in the text
    begin(line);
    return true;
  }
  bool ended = false;
  if (open_) {
    if (!ends_before(line)) {
      append(line);
      if (!open_->is_complete()) return false;
      take(out);
      return true;
    }
    ended = set_aside(out);
  }
  note_head(line);
  if (open_) return ended;  // its next segment comes
  if (!head_ || lines_since_head_ > 0) begin(line);
  if (!open_ || lines_since_head_ == 0) prefixed_ = prefix != 0;
  return ended;
}

bool TraceParser::finish(TraceMessage* out) {
  if (!open_ && waiting_.empty()) return false;
  if (!open_) give_up_oldest();
  take(out);
  return true;
}

// Later messages have been handed on: its time would be a step back.
void TraceParser::give_up_oldest() {
  open_ = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  open_->head->time.reset();
}

void TraceParser::note_head(std::string_view line) {
  if (auto head = parse_trace_head(line)) {
    head_ = head;
    follows_ = false;
    lines_since_head_ = 0;
    if (head_->time && head_->time->kind == LogTime::Kind::relative) {
      elapsed_ns_ = since_first_ ? head_->time->ns : elapsed_ns_ + head_->time->ns;
      head_->time->ns = elapsed_ns_;
    }
    segment_left_ = head_->segment;
    if (segment_left_ > 0) go_on();
  } else if (head_ && ++lines_since_head_ > kMaxLinesToStart) {
    head_.reset();
  }
  if (const auto time = parse_log_time(line)) log_time_ = time;
}

void TraceParser::begin(std::string_view line) {
  const bool after_bytes = head_ && head_->after_bytes;
  const size_t indent =
      head_ && !after_bytes ? std::min(line.find_first_not_of(' '), line.size()) : size_t{0};
  const std::string_view rest = line.substr(indent);
  const size_t at = find_start_line(rest, after_bytes);
  // Behind another message, the end of a segment may cut the start-line.
  const bool cut = at == std::string_view::npos && follows_ && line.size() + 2 > segment_left_;
  if (at == std::string_view::npos && !cut) return;
  open_ = Open{};
  open_->head = head_;
  if (head_) {
    open_->next_sequence = head_->sequence + head_->segment;
    open_->sent = head_->segment;
  }
  open_->log_time = log_time_;
  open_->indent = indent;
  open_->tabs = line.starts_with('\t');
  open_->dots = head_ ? head_->dots : rest.ends_with('.');
  const std::string_view start_line = cut ? line : rest.substr(at);
  if (open_->is_segment()) {
    append_to_segment(start_line);
  } else {
    append_text(start_line);
  }
}

// The segment that was announced goes on with a message that waits.
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
  // Segments that were put in order have times that go back.
  if (head_->time && !(open_->head->time && is_before(*head_->time, *open_->head->time)))
    open_->head->time = head_->time;
  in_headers_ = true;
  headers_.clear();
}

// The IP and TCP headers as tcpdump -A shows them: a character for each byte, and a 10 ends a line.
// False when `line` holds nothing else.
bool TraceParser::skip_headers(std::string_view* line) {
  headers_.append(*line).append("\n");
  const size_t length = shown_headers(headers_);
  const size_t shown = headers_.size() - 1;
  if (length == 0 || shown < length) return false;
  in_headers_ = false;
  line->remove_prefix(line->size() - std::min(line->size(), shown - length));
  return true;
}

void TraceParser::append(std::string_view line) {
  if (open_->tabs && line.starts_with('\t')) line.remove_prefix(1);
  const size_t spaces = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(std::min(spaces, open_->indent));
  if (open_->is_segment()) {
    append_to_segment(line);
  } else {
    append_text(line);
  }
}

// The length that tcpdump gives tells where the segment ends: in the middle of a line, or behind
// it.
void TraceParser::append_to_segment(std::string_view line) {
  Open& open = *open_;
  if (segment_left_ == 0) return;
  // The segment before has ended with CR, and this one begins with LF.
  if (std::exchange(open.ends_with_cr, false) && line.empty()) segment_left_++;
  if (line.size() + 2 <= segment_left_) {
    segment_left_ -= line.size() + 2;
    const std::string whole = std::exchange(open.partial, {}).append(line);
    append_text(whole);
    return;
  }
  open.ends_with_cr = line.size() + 1 == segment_left_;
  if (open.partial.size() < kMaxTraceText) open.partial.append(line.substr(0, segment_left_));
  segment_left_ = 0;
  const bool last = open.content_length && open.body_at != 0 &&
                    open.body_size() + open.partial.size() == *open.content_length;
  if (last) open.text += std::exchange(open.partial, {});
}

void TraceParser::append_text(std::string_view line) {
  Open& open = *open_;
  const bool whole = !open.dots || line.ends_with('.');
  if (open.dots && whole) line.remove_suffix(1);
  if (open.text.size() + line.size() + 2 > kMaxTraceText) {
    open.missing += line.size() + 2;
    return;
  }
  if (open.body_at != 0) {
    open.body_lines++;
  } else {
    note_header(line);
  }
  open.text.append(line);
  // A line of ngrep without its dot has been wrapped by somebody who passed it on.
  const bool wrapped = !whole && open.body_at == 0;
  open.text.append(wrapped ? " " : "\r\n");
  if (open.body_at == 0 && line.empty() && !wrapped) open.body_at = open.text.size();
}

void TraceParser::note_header(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = trim(line.substr(0, colon));
  const std::string_view value = trim(line.substr(colon + 1));
  const auto is = [&](std::string_view one, std::string_view short_form) {
    return equal_no_case(name, one) || equal_no_case(name, short_form);
  };
  if (is("Via", "v") && !open_->via) open_->via = via_transport(value);
  if (!is("Content-Length", "l")) return;
  size_t length = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), length);
  if (result.ec == std::errc()) open_->content_length = length;
}

bool TraceParser::ends_before(std::string_view line) const {
  const Open& open = *open_;
  if (open.head && open.head->blank_ends && line.empty()) return true;
  const bool head = parse_trace_head(line).has_value();
  if (open.is_segment() && segment_left_ == 0) return head;
  if (head || is_end_mark(line) || (open.tabs && !line.starts_with('\t'))) return true;
  // A body may be a message itself (message/sipfrag), as long as it is not all there.
  const bool in_known_body =
      open.body_at != 0 && open.content_length && open.body_size() < *open.content_length;
  return !in_known_body && find_start_line(line, false) == 0;
}

// A body that is longer with CRLF than it should be may have had LF: its end is not known then.
bool TraceParser::Open::is_complete() const {
  if (body_at == 0) return false;
  if (content_length) {
    const size_t want = *content_length;
    return body_size() == want || (body_lines > 0 && body_size() == want + 2);
  }
  return head && head->bytes > 0 && text.size() >= head->bytes;
}

// The message has ended before its end; whether it did so for good. What a TCP segment began may go
// on in another one.
bool TraceParser::set_aside(TraceMessage* out) {
  if (!open_->is_segment() || segment_left_ > 0) {
    take(out);
    return true;
  }
  waiting_.push_back(*std::exchange(open_, std::nullopt));
  if (waiting_.size() <= kMaxWaiting) return false;
  give_up_oldest();
  take(out);
  return true;
}

void TraceParser::take(TraceMessage* out) {
  Open open = *std::exchange(open_, std::nullopt);
  std::string& text = open.text;
  text += open.partial;
  // The last line of a body needs no line end.
  while (!open.content_length && open.body_at != 0 && open.body_size() >= 2 &&
         text.ends_with("\r\n\r\n")) {
    text.resize(text.size() - 2);
  }
  if (open.content_length && open.body_at != 0) {
    const size_t want = *open.content_length;
    if (open.body_size() > want + 2) {
      const std::string bare = with_bare_line_ends(std::string_view(text).substr(open.body_at));
      if (only_line_ends(bare, want)) text.replace(open.body_at, std::string::npos, bare);
    }
    if (open.body_size() > want) text.resize(open.body_at + want);
    // A text that ends too early was cut when it was copied, not on the wire.
    if (open.body_size() < want) open.missing = want - open.body_size();
  }
  if (open.body_at == 0) text.append("\r\n");
  // Its other segments are missing, or came in another order.
  if (open.body_at == 0 && open.is_segment()) open.missing = std::max<size_t>(open.missing, 1);
  out->head = open.head.value_or(TraceHead{});
  out->log_time = open.log_time;
  out->transport = out->head.transport ? *out->head.transport : open.via.value_or(Transport::udp);
  out->bytes = std::move(text);
  out->missing = open.missing;
  // A TCP segment may hold several messages.
  head_.reset();
  follows_ = open.is_segment() && segment_left_ > 0;
  if (follows_) head_ = std::move(open.head);
  lines_since_head_ = 0;
}

bool is_text_trace(std::string_view beginning) {
  if (beginning.find('\0') != std::string_view::npos) return false;
  TraceParser parser;
  TraceMessage message;
  while (!beginning.empty()) {
    const size_t end = beginning.find('\n');
    if (parser.add(beginning.substr(0, end), &message)) return true;
    beginning = end == std::string_view::npos ? std::string_view() : beginning.substr(end + 1);
  }
  return parser.finish(&message);
}

}  // namespace sipladder
