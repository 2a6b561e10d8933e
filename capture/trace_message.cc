// Part of TraceParser: which lines belong to a message.
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

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t") == npos;
}

std::string_view without_end_blanks(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t") + 1);
}

// "Content-Length: ...": its author has left the number out.
bool is_left_out(std::string_view value) {
  return value == "\xE2\x80\xA6" || (value.size() > 1 && is_all(value, '.'));
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

// The boundary of a multipart body, empty for others.
std::string_view boundary_of(std::string_view type) {
  constexpr std::string_view kName = "boundary=";
  const size_t at = lower_text(type).find(kName);
  if (at == npos || kind_of_body(type) != TraceParser::BodyKind::sip) return {};
  return trim_text(type.substr(at + kName.size(), type.find(';', at) - at - kName.size()), " \"");
}

}  // namespace

// Whether the line belongs to the open message. *rest becomes the line without the prefix.
TraceParser::Line TraceParser::place_of(std::string_view line, std::string_view* rest) {
  Open& open = *open_;
  if (open.gap && note_page_edge(line)) return Line::foreign;
  if (!open.prefix.empty()) {
    const auto stripped = open.prefix.strip(line);
    if (!stripped && line.find_first_not_of(" \t>") != npos)
      return is_foreign(line) ? Line::foreign : Line::behind;
    *rest = stripped.value_or(std::string_view());
  }
  if (skip_spacing(*rest)) return Line::foreign;
  if (ends_before(*rest)) return Line::behind;
  if (open.gap && is_blank(*rest)) return Line::foreign;
  if (!open.gap || goes_on(*rest)) return Line::of_message;
  open.end_headers();
  return ends_before(*rest) ? Line::behind : Line::of_message;
}

// Where a page of a document ends or begins: "Roe  Informational  [Page 3]", a form feed, "RFC 3665
// Basic Call Flows  December 2003".
bool TraceParser::note_page_edge(std::string_view line) {
  const std::string_view text = trim_text(line, " \t\f\r");
  const bool feed = line.find('\f') != npos && text.empty();
  const size_t page = text.rfind("[Page ");
  const bool footer = page != npos && text.ends_with(']');
  const bool header = text.starts_with("RFC ") && text.size() > 5 && Scanner::is_digit(text[4]);
  if (!feed && !footer && !header) return false;
  return open_->page = true;
}

// Whether the line behind an empty one is a header line of the open message all the same.
bool TraceParser::goes_on(std::string_view line) {
  Open& open = *open_;
  const bool folded = open.page && (line[0] == ' ' || line[0] == '\t');
  if (!folded && !is_known_header(line)) return false;
  if (open.has_all_fields() && !open.page) return false;
  open.gap = open.page = false;
  return true;
}

// Whether the line is of another program that writes into the same log.
bool TraceParser::is_foreign(std::string_view line) {
  return !open_->prefix.is_indent() && open_->header_lines > 0 && !open_->has_length() &&
         open_->foreign++ < kMaxForeign && find_start_line(line, true) == npos &&
         !parse_trace_head(line) && !is_end_mark(line);
}

// True when the line is to be skipped. An empty line between the start-line and the first header
// field means that the log has one behind every line.
bool TraceParser::skip_spacing(std::string_view line) {
  Open& open = *open_;
  if (open.is_segment()) return false;
  const bool blank = is_blank(line);
  if (blank && open.header_lines == 0 && !open.spaced) {
    open.spaced = true;
    return true;
  }
  if (!open.spaced) return false;
  if (!std::exchange(open.spacing, true)) return false;
  open.spaced = open.spacing = blank;
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
  // A terminal or a page may have filled the lines up with blanks.
  const bool trims = !open.is_segment() && (open.body_at == 0 || open.is_padded());
  if (trims) {
    const std::string_view shown = std::exchange(line, without_end_blanks(line));
    if (shown.size() > line.size() && !line.empty() && open.body_at == 0) open.padded_lines++;
  }
  const bool whole = !open.dots || line.ends_with('.');
  if (open.dots && whole) line.remove_suffix(1);
  if (trims) line = without_end_blanks(line);
  // The name of a session has one character at least (RFC 8866 section 5.3).
  if (trims && open.body == BodyKind::sdp && line == "s=") line = "s= ";
  if (open.text.size() + line.size() + 2 > kMaxTraceText) {
    open.missing += line.size() + 2;
    return;
  }
  if (open.begins_body(line)) open.end_headers();
  if (open.body_at != 0) {
    open.body_lines++;
    if (open.body == BodyKind::unknown && line.starts_with("v=")) open.body = BodyKind::sdp;
  } else {
    note_header(line);
  }
  // A line of ngrep without its dot has been wrapped by somebody who passed it on.
  const bool wrapped = !whole && open.body_at == 0;
  if (open.body_at == 0 && line.empty() && !wrapped) {
    open.gap = open.may_go_on();
    if (!open.gap) open.end_headers();
    return;
  }
  if (open.body_at == 0) open.last_line = open.text.size();
  open.text.append(line);
  open.text.append(wrapped ? " " : "\r\n");
}

void TraceParser::Open::end_headers() {
  text.append("\r\n");
  body_at = text.size();
  gap = false;
}

// The empty line before a body may have got lost.
bool TraceParser::Open::begins_body(std::string_view line) const {
  if (body_at != 0 || header_lines == 0 || is_segment()) return false;
  if (line == "v=0") return body == BodyKind::sdp || content_length.value_or(0) > 0;
  return !boundary.empty() && line.starts_with("--") && line.substr(2) == boundary;
}

// Whether an empty line may stand among the headers: one of those that every message has is still
// to come, or a document goes on with them on its next page. What follows the type of a body is the
// body, which can begin like a message (message/sipfrag).
bool TraceParser::Open::may_go_on() const {
  if (is_segment() || header_lines == 0) return false;
  return !has_all_fields() || (!head && !content_length && body == BodyKind::unknown);
}

void TraceParser::note_header(std::string_view line) {
  Open& open = *open_;
  const size_t colon = line.find(':');
  if (colon == npos) return;
  const std::string_view name = trim_text(line.substr(0, colon));
  const std::string_view value = trim_text(line.substr(colon + 1));
  if (!open.text.empty() && is_header_line(line)) open.header_lines++;
  const auto is = [&](std::string_view one, std::string_view short_form) {
    return same_word(name, one) || same_word(name, short_form);
  };
  static constexpr struct {
    std::string_view name, short_form;
  } kFields[] = {{"Via", "v"}, {"From", "f"}, {"To", "t"}, {"Call-ID", "i"}, {"CSeq", "CSeq"}};
  static_assert(std::size(kFields) == kMandatory);
  for (size_t i = 0; i < kMandatory; i++) {
    if (is(kFields[i].name, kFields[i].short_form)) open.fields |= 1U << i;
  }
  if (is("Contact", "m")) open.has_contact = true;
  if (is("Via", "v") && !open.via) open.via = via_transport(value);
  if (is("Content-Type", "c")) {
    open.body = kind_of_body(value);
    open.boundary = boundary_of(value);
  }
  if (!is("Content-Length", "l")) return;
  open.length_left_out = is_left_out(value);
  open.length_at = open.text.size() + static_cast<size_t>(value.data() - line.data());
  open.length_digits = value.size();
  size_t length = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), length);
  if (result.ec != std::errc()) return;
  open.content_length = length;
  open.length_digits = static_cast<size_t>(result.ptr - value.data());
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
  if (open.dots || open.is_segment() || is_blank(line)) return false;
  if (open.body_at == 0) return open.header_lines > 0 && parse_log_time(line).has_value();
  if (open.body == BodyKind::unknown && !open.content_length) return !line.starts_with("v=");
  // A long line may have been wrapped where it was copied: it goes on in the next line.
  constexpr size_t kLong = 60;
  const size_t before = open.text.size() - 2;
  const bool wrapped = open.body_lines > 0 && before - open.text.rfind("\n", before - 1) > kLong;
  if (open.body != BodyKind::sdp || is_sdp_line(line)) return false;
  return !wrapped || open.has_length();
}

bool TraceParser::ends_before(std::string_view line) const {
  const Open& open = *open_;
  if (open.head && open.head->blank_ends && is_blank(line)) return true;
  const bool field = open.body_at == 0 && is_header_line(line) && line.find(": ") == line.find(':');
  const bool head = !field && parse_trace_head(line).has_value();
  if (open.is_segment() && segment_left_ == 0) return head;
  return head || is_end_mark(line) || starts_another(line) || breaks_off(line);
}

}  // namespace sipladder
