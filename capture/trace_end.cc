// Part of TraceParser: where a message ends, and what of it the text does not show.
#include <algorithm>
#include <utility>

#include "capture/text_scanner.h"
#include "capture/trace_parser.h"

namespace sipladder {
namespace {

// A body with CRLF replaced by LF: some servers send it so, and a trace does not show the
// difference.
std::string with_bare_line_ends(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') result += text[i];
  }
  return result;
}

// Whether `text` holds `length` bytes and nothing but line ends behind them.
bool only_line_ends(std::string_view text, size_t length) {
  return text.size() >= length && text.find_first_not_of('\n', length) == npos;
}

// Whether the text breaks off within this header line, as far as that can be told. `message` begins
// with the start-line.
bool is_cut_field(std::string_view line, std::string_view message) {
  const size_t colon = line.find(':');
  if (line.starts_with(' ') || line.starts_with('\t')) return false;  // goes on with another line
  if (colon == npos) return true;
  const std::string_view value = trim_text(line.substr(colon + 1));
  if (std::count(value.begin(), value.end(), '"') % 2 != 0) return true;
  if (value.find('<') != npos && value.find('>') == npos) return true;
  const std::string_view name = trim_text(line.substr(0, colon));
  if (same_word(name, "CSeq")) {
    const std::string_view method = value.substr(value.find_last_of(" \t") + 1);
    const bool response = message.starts_with("SIP/");
    return method.size() < 3 || (!response && method != message.substr(0, message.find(' ')));
  }
  static constexpr std::string_view kFull[] = {"Via", "v", "From", "f", "To", "t", "Call-ID", "i"};
  return value.empty() && std::any_of(std::begin(kFull), std::end(kFull),
                                      [&](auto full) { return same_word(name, full); });
}

}  // namespace

bool is_sdp_line(std::string_view line) {
  return line.size() > 1 && line[1] == '=';
}

// A body that is longer with CRLF than Content-Length says may have had LF. Then it does not count
// as complete here, and take() decides.
bool TraceParser::Open::is_complete() const {
  if (body_at == 0) return false;
  if (!content_length) return head && head->bytes > 0 && text.size() >= head->bytes;
  // An SDP in which somebody replaced addresses can be longer: the next line tells.
  if (body == BodyKind::sdp && !is_segment()) return has_length() && text.ends_with("\r\n\r\n");
  const size_t want = *content_length;
  return body_size() == want || (body_lines > 0 && body_size() == want + 2);
}

// The text ends, or goes on with something else, before the empty line below the headers. Many logs
// leave that line out; but where a field is missing that every message has, it was cut off.
void TraceParser::Open::break_off() {
  const bool answers = text.starts_with("SIP/2.0 2") && text.find(" INVITE\r\n") != npos;
  const bool needs_contact = answers || text.starts_with("INVITE ");
  if (is_cut_field(std::string_view(text).substr(last_line, text.size() - 2 - last_line), text)) {
    text.resize(text.size() - 2);  // shows that the line is not whole (decode/cut_header.h)
    missing += 1;
  } else {
    text.append("\r\n");
    const bool whole = has_all_fields() && (content_length || has_contact || !needs_contact);
    if (!whole) missing += 1;
  }
  missing = std::max(missing, content_length.value_or(0));
}

// Brings the body to the length that the message says, or tells how much of it is missing.
void TraceParser::Open::fit_body() {
  // The last line of a body needs no line end.
  while (!content_length && body_size() >= 2 && text.ends_with("\r\n\r\n"))
    text.resize(text.size() - 2);
  // Where the body is not shown, empty lines stand before the next message.
  const bool empty = text.find_first_not_of(" \r\n", body_at) == npos;
  if (empty && length_left_out && body != BodyKind::unknown) missing = std::max<size_t>(missing, 1);
  if (!content_length) {
    if (length_left_out && missing == 0) write_length();
    return;
  }
  const size_t want = *content_length;
  if (body_size() < want && empty) text.resize(body_at);
  if (body_size() > want + 2) {
    const std::string bare = with_bare_line_ends(std::string_view(text).substr(body_at));
    if (only_line_ends(bare, want)) text.replace(body_at, npos, bare);
  }
  if (body_size() > want && !may_cut_at(want)) return write_length();
  if (body_size() > want) text.resize(body_at + want);
  // A text that ends too early was cut when it was copied, not on the wire.
  if (body_size() < want) missing = want - body_size();
}

// Whether the body may end behind `size` bytes. An SDP ends with a line, and lines of SDP behind it
// are its own: somebody replaced addresses, and the number is that of the message on the wire.
bool TraceParser::Open::may_cut_at(size_t size) const {
  if (body != BodyKind::sdp || is_segment()) return true;
  std::string_view behind = std::string_view(text).substr(body_at + size);
  if (trim_text(behind, " \r\n").empty()) return true;
  if (text[body_at + size - 1] != '\n' && !behind.starts_with("\r\n")) return false;
  return !is_sdp_line(trim_text(behind, "\r\n"));
}

// Makes Content-Length say what the text shows, so that nothing of the body is lost.
void TraceParser::Open::write_length() {
  while (body_size() >= 2 && text.ends_with("\r\n\r\n")) text.resize(text.size() - 2);
  const std::string length = std::to_string(body_size());
  text.replace(length_at, length_digits, length);
  body_at += length.size() - length_digits;
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
  if (open.gap) open.end_headers();
  if (open.body_at != 0) {
    open.fit_body();
  } else if (!open.is_segment()) {
    open.break_off();
  } else {
    text.append("\r\n");
  }
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
