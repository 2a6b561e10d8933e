// Part of TraceParser: which lines belong to a message, and where it ends.
#include <algorithm>
#include <charconv>
#include <utility>

#include "capture/announcement.h"
#include "capture/header_lines.h"
#include "capture/text_scanner.h"
#include "capture/trace_parser.h"

namespace sipladder {
namespace {

constexpr int kMaxForeign = 200;  // lines of other programs between those of a message

bool is_all(std::string_view text, char c) {
  return !text.empty() && text.find_first_not_of(c) == npos;
}

// A line that tools write below a message, or web pages below a quotation.
bool is_end_mark(std::string_view line) {
  const std::string_view text = trim_text(line);
  if (is_all(text, '#') || text.starts_with("```") || text.starts_with("$$")) return true;
  if (text.size() > 1 && is_all(text, '-')) return true;
  if (text.starts_with("--end msg") || text.starts_with("]]>") || text.starts_with("</"))
    return true;
  if (text.starts_with("--------------------")) return true;
  for (const char c : {'=', '~', '*', '|', '_', '+', '>', '<'}) {
    if (text.size() >= 10 && is_all(text, c)) return true;
  }
  return text.size() >= 6 && text.starts_with("<--") && text.ends_with("->");
}

// A body with CRLF replaced by LF: some servers send it so, and a trace does not show the
// difference.
std::string with_bare_line_ends(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') result += text[i];
  }
  return result;
}

// The transport of a Via value such as "SIP/2.0/TLS 192.0.2.1:5061;...".
std::optional<Transport> via_transport(std::string_view via) {
  via = trim_text(via.substr(0, via.find(';')));
  const size_t slash = via.rfind('/');
  if (slash == npos) return std::nullopt;
  const std::string_view rest = trim_text(via.substr(slash + 1));
  return parse_transport(rest.substr(0, rest.find_first_of(" \t")));
}

TraceParser::BodyKind kind_of_body(std::string_view type) {
  using Kind = TraceParser::BodyKind;
  if (type.size() >= 15 && same_word(type.substr(0, 15), "application/sdp")) return Kind::sdp;
  const bool message = type.size() >= 8 && same_word(type.substr(0, 8), "message/");
  const bool parts = type.size() >= 10 && same_word(type.substr(0, 10), "multipart/");
  return message || parts ? Kind::sip : Kind::other;
}

// Whether `text` holds `length` bytes and nothing but line ends behind them.
bool only_line_ends(std::string_view text, size_t length) {
  return text.size() >= length && text.find_first_not_of('\n', length) == npos;
}

}  // namespace

// Whether the line belongs to the open message. *rest becomes the line without the prefix.
TraceParser::Line TraceParser::place_of(std::string_view line, std::string_view* rest) {
  Open& open = *open_;
  if (!open.prefix.empty()) {
    const auto stripped = open.prefix.strip(line);
    if (!stripped && line.find_first_not_of(" \t>") != npos)
      return is_foreign(line) ? Line::foreign : Line::behind;
    *rest = stripped.value_or(std::string_view());
  }
  if (skip_spacing(*rest)) return Line::foreign;
  return ends_before(*rest) ? Line::behind : Line::of_message;
}

// Whether the line is of another program that writes into the same log.
bool TraceParser::is_foreign(std::string_view line) {
  return !open_->prefix.is_indent() && open_->header_lines > 0 && open_->foreign++ < kMaxForeign &&
         find_start_line(line, true) == npos && !parse_trace_head(line) && !is_end_mark(line);
}

// True when the line is to be skipped. An empty line between the start-line and the first header
// field means that the log has one behind every line.
bool TraceParser::skip_spacing(std::string_view line) {
  Open& open = *open_;
  if (open.is_segment()) return false;
  if (line.empty() && open.header_lines == 0 && !open.spaced) {
    open.spaced = true;
    return true;
  }
  if (!open.spaced) return false;
  if (!std::exchange(open.spacing, true)) return false;
  open.spaced = open.spacing = line.empty();
  if (open.spaced) open.spacing = false;
  return open.spaced;
}

void TraceParser::append(std::string_view line) {
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
    if (open.body == BodyKind::unknown && line.starts_with("v=")) open.body = BodyKind::sdp;
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
  if (colon == npos) return;
  const std::string_view name = trim_text(line.substr(0, colon));
  const std::string_view value = trim_text(line.substr(colon + 1));
  if (!open_->text.empty() && is_header_line(line)) open_->header_lines++;
  const auto is = [&](std::string_view one, std::string_view short_form) {
    return same_word(name, one) || same_word(name, short_form);
  };
  if (is("Via", "v") && !open_->via) open_->via = via_transport(value);
  if (is("Content-Type", "c")) open_->body = kind_of_body(value);
  if (!is("Content-Length", "l")) return;
  size_t length = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), length);
  if (result.ec == std::errc()) open_->content_length = length;
}

// The start of another message counts for more than Content-Length, because texts for people leave
// bodies out. But a body may be a message itself (message/sipfrag).
bool TraceParser::starts_another(std::string_view line) const {
  const Open& open = *open_;
  if (find_start_line(line, false) != 0) return false;
  if (open.body_at == 0 || open.body != BodyKind::sip) return true;
  return open.content_length ? open.body_size() >= *open.content_length : open.body_lines > 0;
}

// True for a line that cannot be part of the message.
bool TraceParser::breaks_off(std::string_view line) const {
  const Open& open = *open_;
  if (open.dots || open.is_segment() || line.find_first_not_of(" \t") == npos) return false;
  if (open.body_at == 0) return open.header_lines > 0 && parse_log_time(line).has_value();
  if (open.body == BodyKind::unknown && !open.content_length) return !line.starts_with("v=");
  // A long line may have been wrapped where it was copied: it goes on in the next line.
  constexpr size_t kLong = 60;
  const size_t before = open.text.size() - 2;
  const bool wrapped = open.body_lines > 0 && before - open.text.rfind("\n", before - 1) > kLong;
  const bool sdp_line = line.size() > 1 && line[1] == '=';
  return open.body == BodyKind::sdp && !sdp_line && !wrapped;
}

bool TraceParser::ends_before(std::string_view line) const {
  const Open& open = *open_;
  if (open.head && open.head->blank_ends && line.empty()) return true;
  const bool field = open.body_at == 0 && is_header_line(line) && line.find(": ") == line.find(':');
  const bool head = !field && parse_trace_head(line).has_value();
  if (open.is_segment() && segment_left_ == 0) return head;
  return head || is_end_mark(line) || starts_another(line) || breaks_off(line);
}

// A body that is longer with CRLF than Content-Length says may have had LF. Then it does not count
// as complete here, and take() decides.
bool TraceParser::Open::is_complete() const {
  if (body_at == 0) return false;
  if (content_length) {
    const size_t want = *content_length;
    return body_size() == want || (body_lines > 0 && body_size() == want + 2);
  }
  return head && head->bytes > 0 && text.size() >= head->bytes;
}

// Ends the open message. False when it is no message but a start-line alone.
bool TraceParser::take(TraceMessage* out) {
  Open open = *std::exchange(open_, std::nullopt);
  prefix_ = open.prefix;
  before_.clear();
  log_time_is_near_ = false;
  if (open.header_lines == 0 && !open.is_segment()) {
    count_unread(open.text.substr(0, open.text.find('\r')), line_number_);
    return false;
  }
  std::string& text = open.text;
  text += open.partial;
  // The last line of a body needs no line end.
  while (!open.content_length && open.body_at != 0 && open.body_size() >= 2 &&
         text.ends_with("\r\n\r\n")) {
    text.resize(text.size() - 2);
  }
  // Where the body is not shown, empty lines stand before the next message.
  const bool left_out = open.content_length && open.body_at != 0 &&
                        open.body_size() < *open.content_length &&
                        text.find_first_not_of(" \r\n", open.body_at) == npos;
  if (left_out) text.resize(open.body_at);
  if (open.content_length && open.body_at != 0) {
    const size_t want = *open.content_length;
    if (open.body_size() > want + 2) {
      const std::string bare = with_bare_line_ends(std::string_view(text).substr(open.body_at));
      if (only_line_ends(bare, want)) text.replace(open.body_at, npos, bare);
    }
    if (open.body_size() > want) text.resize(open.body_at + want);
    // A text that ends too early was cut when it was copied, not on the wire.
    if (open.body_size() < want) open.missing = want - open.body_size();
  }
  if (open.body_at == 0) text.append("\r\n");
  // The header ends within this segment: the other segments are missing, or came in another order.
  if (open.body_at == 0 && open.is_segment()) open.missing = std::max<size_t>(open.missing, 1);
  out->head = open.head.value_or(TraceHead{});
  out->log_time = open.log_time;
  out->log_time_is_near = open.log_time_is_near;
  out->transport = out->head.transport ? *out->head.transport : open.via.value_or(Transport::udp);
  out->inferred = false;
  out->bytes = std::move(text);
  out->missing = open.missing;
  // A TCP segment may hold several messages.
  head_.reset();
  follows_ = open.is_segment() && segment_left_ > 0;
  if (follows_) head_ = std::move(open.head);
  lines_since_head_ = 0;
  return true;
}

}  // namespace sipladder
