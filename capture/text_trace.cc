#include "capture/text_trace.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>

namespace sipladder {
namespace {

constexpr size_t kMaxText = 65'000;  // fits a UDP datagram
constexpr size_t kReadSize = 64 << 10;
constexpr int kMaxLinesToStart = 12;
constexpr int kLinesPerCall = 20'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kStep = 1'000'000;  // between messages whose time is not said

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

// Whether `text` holds `length` bytes and nothing but line ends behind them.
bool only_line_ends(std::string_view text, size_t length) {
  return text.size() >= length && text.find_first_not_of('\n', length) == std::string_view::npos;
}

}  // namespace

bool TraceParser::add(std::string_view line, TraceMessage* out) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  bool ended = false;
  if (in_message_) {
    ended = ends_before(line);
    if (!ended) {
      append(line);
      if (!is_complete()) return false;
      take(out);
      return true;
    }
    take(out);
  }
  if (auto head = parse_trace_head(line)) {
    head_ = head;
    lines_since_head_ = 0;
  } else if (head_ && ++lines_since_head_ > kMaxLinesToStart) {
    head_.reset();
  }
  if (const auto time = parse_log_time(line)) log_time_ = time;
  if (!head_ || lines_since_head_ > 0) begin(line);
  return ended;
}

bool TraceParser::finish(TraceMessage* out) {
  if (!in_message_) return false;
  take(out);
  return true;
}

void TraceParser::begin(std::string_view line) {
  const bool after_bytes = head_ && head_->after_bytes;
  const size_t indent =
      head_ && !after_bytes ? std::min(line.find_first_not_of(' '), line.size()) : size_t{0};
  const std::string_view rest = line.substr(indent);
  const size_t at = find_start_line(rest, after_bytes);
  if (at == std::string_view::npos) return;
  in_message_ = true;
  indent_ = indent;
  dots_ = head_ ? head_->dots : rest.ends_with('.');
  text_.clear();
  body_at_ = body_lines_ = missing_ = 0;
  content_length_.reset();
  append_text(rest.substr(at));
}

void TraceParser::append(std::string_view line) {
  const size_t spaces = std::min(line.find_first_not_of(' '), line.size());
  append_text(line.substr(std::min(spaces, indent_)));
}

void TraceParser::append_text(std::string_view line) {
  const bool whole = !dots_ || line.ends_with('.');
  if (dots_ && whole) line.remove_suffix(1);
  if (text_.size() + line.size() + 2 > kMaxText) {
    missing_ += line.size() + 2;
    return;
  }
  if (body_at_ != 0) {
    body_lines_++;
  } else {
    note_header(line);
  }
  text_.append(line);
  // A line of ngrep without its dot has been wrapped by somebody who passed it on.
  const bool wrapped = !whole && body_at_ == 0;
  text_.append(wrapped ? " " : "\r\n");
  if (body_at_ == 0 && line.empty() && !wrapped) body_at_ = text_.size();
}

void TraceParser::note_header(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = trim(line.substr(0, colon));
  if (!equal_no_case(name, "Content-Length") && !equal_no_case(name, "l")) return;
  const std::string_view value = trim(line.substr(colon + 1));
  size_t length = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), length);
  if (result.ec == std::errc()) content_length_ = length;
}

bool TraceParser::ends_before(std::string_view line) const {
  if (head_ && head_->blank_ends && line.empty()) return true;
  if (is_end_mark(line) || parse_trace_head(line)) return true;
  // A body may be a message itself (message/sipfrag), as long as it is not all there.
  const bool in_known_body = body_at_ != 0 && content_length_ && body_size() < *content_length_;
  return !in_known_body && find_start_line(line, false) == 0;
}

// A body that is longer with CRLF than it should be may have had LF: its end is not known then.
bool TraceParser::is_complete() const {
  if (body_at_ == 0) return false;
  if (content_length_) {
    const size_t want = *content_length_;
    return body_size() == want || (body_lines_ > 0 && body_size() == want + 2);
  }
  return head_ && head_->bytes > 0 && text_.size() >= head_->bytes;
}

void TraceParser::take(TraceMessage* out) {
  // The last line of a body needs no line end.
  while (!content_length_ && body_at_ != 0 && body_size() >= 2 && text_.ends_with("\r\n\r\n")) {
    text_.resize(text_.size() - 2);
  }
  if (content_length_ && body_at_ != 0 && body_size() > *content_length_ + 2) {
    const std::string bare = with_bare_line_ends(std::string_view(text_).substr(body_at_));
    if (only_line_ends(bare, *content_length_)) text_.replace(body_at_, std::string::npos, bare);
  }
  if (content_length_ && body_at_ != 0 && body_size() > *content_length_) {
    text_.resize(body_at_ + *content_length_);
  }
  if (body_at_ == 0) text_.append("\r\n");
  // A text that ends too early was cut when it was copied, not on the wire.
  if (content_length_ && body_at_ != 0 && body_size() < *content_length_) {
    missing_ = *content_length_ - body_size();
  }
  out->head = head_.value_or(TraceHead{});
  out->log_time = log_time_;
  out->bytes = std::move(text_);
  out->missing = missing_;
  text_.clear();
  head_.reset();
  in_message_ = false;
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

TextTrace::TextTrace(std::string name, uint16_t index, uint64_t size,
                     std::unique_ptr<ByteReader> reader, PacketLog& log, uint16_t store)
    : reader_(std::move(reader)), log_(log), index_(index), store_(store) {
  info_.name = std::move(name);
  info_.format = "text";
  info_.link_type = kRawIp;
  info_.size = size;
}

ReadResult TextTrace::next(Packet* packet) {
  TraceMessage message;
  for (int lines = 0; !ended_; lines++) {
    if (lines > kLinesPerCall) return ReadResult::idle;
    std::string_view line;
    const Line state = read_line(&line);
    if (state == Line::idle) return ReadResult::idle;
    ended_ = state == Line::end;
    if (ended_ ? parser_.finish(&message) : parser_.add(line, &message)) {
      hand_out(message, packet);
      return ReadResult::packet;
    }
  }
  if (frame_ == 0 && info_.damage.empty()) {
    info_.damage = info_.name + ": text without a SIP message that could be told from it";
  }
  return ReadResult::end;
}

TextTrace::Line TextTrace::read_line(std::string_view* line) {
  size_t end = buffer_.find('\n', at_);
  while (end == std::string::npos && buffer_.size() - at_ < kMaxText && !input_ended_) {
    const size_t searched = buffer_.size() - at_;
    const Line state = refill();
    if (state == Line::idle) return state;
    end = buffer_.find('\n', at_ + searched);
  }
  if (end == std::string::npos && at_ == buffer_.size()) return Line::end;
  const size_t stop = std::min({end, buffer_.size(), at_ + kMaxText});
  *line = std::string_view(buffer_).substr(at_, stop - at_);
  at_ = stop + (stop == end ? 1 : 0);
  return Line::ready;
}

TextTrace::Line TextTrace::refill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const size_t have = buffer_.size();
  buffer_.resize(have + kReadSize);
  const int64_t got = reader_->read(reinterpret_cast<uint8_t*>(buffer_.data()) + have, kReadSize);
  buffer_.resize(have + static_cast<size_t>(std::max<int64_t>(got, 0)));
  info_.position = reader_->consumed();
  if (got == kReadIdle) return Line::idle;
  if (got < 0) {
    info_.damage = info_.name + ": cannot be read on at byte " + std::to_string(info_.position);
  }
  input_ended_ = got <= 0;
  return Line::ready;
}

// A log's clock is the local one; what it leaves out of the date is taken from the line before, or
// stays 1970.
int64_t TextTrace::to_ns(const LogTime& time) {
  if (time.day != 0) {
    const int year = time.year != 0 ? time.year : date_.year;
    date_ = time;
    date_.year = year;
  }
  std::tm local{};
  local.tm_year = (date_.year == 0 ? 1970 : date_.year) - 1900;
  local.tm_mon = std::max(date_.month, 1) - 1;
  local.tm_mday = std::max(date_.day, 1);
  local.tm_sec = static_cast<int>(time.ns_of_day / kSecond);
  local.tm_isdst = -1;
  int64_t result = int64_t{std::mktime(&local)} * kSecond + time.ns_of_day % kSecond;
  constexpr int64_t kDay = 86'400 * kSecond;
  // A clock without a date goes on after midnight.
  if (time.day == 0 && result + kDay / 2 < last_ns_) {
    result += (last_ns_ - result + kDay / 2) / kDay * kDay;
  }
  return result;
}

int64_t TextTrace::time_of(const TraceMessage& message) {
  int64_t result = last_ns_ + (frame_ == 0 ? 0 : kStep);
  // The log line's time counts first: it may have the date.
  if (message.log_time) result = std::max(result, to_ns(*message.log_time));
  if (message.head.time) result = to_ns(*message.head.time);
  return result;
}

void TextTrace::hand_out(const TraceMessage& message, Packet* packet) {
  const int64_t time_ns = time_of(message);
  packet_bytes_ =
      raw_udp_packet(message.head.src, message.head.dst, message.bytes, message.missing);
  packet->time_ns = time_ns;
  packet->frame = ++frame_;
  packet->source = index_;
  packet->link_type = kRawIp;
  packet->original = static_cast<uint32_t>(packet_bytes_.size() + message.missing);
  packet->ref = log_.append(store_, packet_bytes_);
  packet->data = reinterpret_cast<const uint8_t*>(packet_bytes_.data());
  if (info_.packets == 0) info_.first_ns = time_ns;
  last_ns_ = info_.last_ns = time_ns;
  info_.packets++;
  info_.bytes += packet_bytes_.size();
  if (message.missing > 0) info_.truncated++;
}

}  // namespace sipladder
