#include "capture/text_trace.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr size_t kTraceReadSize = 64 << 10;
constexpr int kLinesPerCall = 20'000;  // then next() says idle, so that the caller gets control
constexpr int64_t kMadeUpStepNs = 1'000'000;  // between messages whose time is not said

}  // namespace

std::string unread_sentence(const SourceInfo& info) {
  return std::to_string(info.unread) +
         (info.unread == 1 ? " line that looks like the start of a SIP message was not read, "
                           : " lines that look like the start of a SIP message were not read, ") +
         (info.unread == 1 ? "" : "the first one ") + info.first_unread;
}

TextTrace::TextTrace(std::string name, uint16_t index, uint64_t size,
                     std::unique_ptr<ByteReader> reader)
    : reader_(std::move(reader)), index_(index) {
  info_.name = std::move(name);
  info_.format = "text";
  info_.link_type = kRawIp;
  info_.has_times = false;     // until the log says one
  info_.whole_seconds = true;  // until the log writes a fraction of a second
  info_.size = size;
}

ReadResult TextTrace::next(Packet* packet) {
  Ahead state = Ahead::more;
  for (int lines = 0; state == Ahead::more; lines++) {
    if (ahead_.size() >= kMaxAhead || ahead_bytes_ >= kMaxAheadBytes) break;
    if (lines > kLinesPerCall) return ReadResult::idle;
    state = read_ahead();
  }
  if (!ahead_.empty()) {
    TraceMessage message = std::move(ahead_.front());
    ahead_.pop_front();
    ahead_bytes_ -= message.bytes.size();
    hand_out(std::move(message), packet);
    return ReadResult::packet;
  }
  if (state == Ahead::idle) return ReadResult::idle;
  if (frame_ == 0 && info_.damage.empty()) {
    info_.damage = info_.name + ": text without a SIP message that could be told from it";
    if (parser_.unread() > 0)
      info_.damage += "; what looked like one is in " + parser_.first_unread();
  }
  info_.unread = parser_.unread();
  info_.first_unread = parser_.first_unread();
  return ReadResult::end;
}

TextTrace::Ahead TextTrace::read_ahead() {
  TraceMessage message;
  std::string kept;
  if (lines_.next(&kept)) {
    if (parser_.add(kept, &message)) keep(std::move(message));
    if (const auto time = parser_.take_time_below(); time && !ahead_.empty()) {
      ahead_.back().head.time = time;
      info_.has_times = true;
      info_.whole_seconds = false;
    }
    return Ahead::more;
  }
  if (ended_) {
    if (!parser_.finish(&message)) return Ahead::end;
    keep(std::move(message));
    return Ahead::more;
  }
  std::string_view line;
  const Line state = read_line(&line);
  if (state == Line::idle) return Ahead::idle;
  ended_ = state == Line::end;
  if (ended_) {
    lines_.finish();
  } else {
    lines_.add(line);
  }
  return Ahead::more;
}

void TextTrace::keep(TraceMessage message) {
  hops_.learn(message);
  info_.ends_forgotten = hops_.forgotten();
  if (message.log_time_is_near || message.head.time) info_.has_times = true;
  const auto& time = message.head.time ? message.head.time : message.log_time;
  if (time && time->ns % kSecondNs != 0) info_.whole_seconds = false;
  ahead_bytes_ += message.bytes.size();
  ahead_.push_back(std::move(message));
}

TextTrace::Line TextTrace::read_line(std::string_view* line) {
  size_t end = buffer_.find('\n', at_);
  while (end == std::string::npos && buffer_.size() - at_ < kMaxTraceText && !input_ended_) {
    const size_t searched = buffer_.size() - at_;
    const Line state = refill();
    if (state == Line::idle) return state;
    end = buffer_.find('\n', at_ + searched);
  }
  if (end == std::string::npos && at_ == buffer_.size()) return Line::end;
  const size_t stop = std::min({end, buffer_.size(), at_ + kMaxTraceText});
  *line = std::string_view(buffer_).substr(at_, stop - at_);
  at_ = stop + (stop == end ? 1 : 0);
  return Line::ready;
}

TextTrace::Line TextTrace::refill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const size_t have = buffer_.size();
  buffer_.resize(have + kTraceReadSize);
  const int64_t got =
      reader_->read(reinterpret_cast<uint8_t*>(buffer_.data()) + have, kTraceReadSize);
  buffer_.resize(have + static_cast<size_t>(std::max<int64_t>(got, 0)));
  info_.position = reader_->consumed();
  if (got == kReadIdle) return Line::idle;
  if (frame_ == 0) look_at_differences();
  if (got < 0) {
    info_.damage = info_.name + ": cannot be read on at byte " + std::to_string(info_.position);
  }
  input_ended_ = got <= 0;
  return Line::ready;
}

// Relative times are since the packet before (tcpdump -ttt, ngrep -T) or since the first one
// (-ttttt, -TT), and both are written alike. Only the first kind ever decreases from one packet to
// the next.
void TextTrace::look_at_differences() {
  std::string_view text = buffer_;
  int64_t newest = 0;
  int count = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const auto head = parse_trace_head(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!head || !head->time || head->time->kind != LogTime::Kind::relative) continue;
    if (head->time->ns < newest) return parser_.take_differences_as(false);
    newest = head->time->ns;
    count++;
  }
  constexpr int kEnough = 3;
  parser_.take_differences_as(count >= kEnough);
}

// A time without a zone is taken as local time of this host. What a log leaves out of a date is
// taken from the times before, or is 1970-01-01.
int64_t TextTrace::to_ns(const LogTime& time) {
  if (time.kind == LogTime::Kind::relative) info_.has_dates = false;
  if (time.kind != LogTime::Kind::clock) return time.ns;
  if (time.day != 0) {
    const int year = time.year != 0 ? time.year : date_.year;
    date_ = time;
    date_.year = year;
  }
  info_.has_dates = date_.year != 0;
  std::tm parts{};
  parts.tm_year = (date_.year == 0 ? 1970 : date_.year) - 1900;
  parts.tm_mon = std::max(date_.month, 1) - 1;
  parts.tm_mday = std::max(date_.day, 1);
  parts.tm_sec = static_cast<int>(time.ns / kSecondNs);
  parts.tm_isdst = -1;
  const int64_t seconds = time.zone_minutes ? int64_t{timegm(&parts)} - *time.zone_minutes * 60
                                            : int64_t{std::mktime(&parts)};
  int64_t result = seconds * kSecondNs + time.ns % kSecondNs;
  // A clock without a date goes on after midnight.
  if (time.day == 0 && result + kDayNs / 2 < last_ns_) {
    result += (last_ns_ - result + kDayNs / 2) / kDayNs * kDayNs;
  }
  return result;
}

// The first date among the messages that were read ahead is that of the messages before it, too.
void TextTrace::learn_date() {
  for (const TraceMessage& message : ahead_) {
    for (const auto& time : {message.log_time, message.head.time}) {
      if (!time || time->kind != LogTime::Kind::clock || time->day == 0 || time->year == 0)
        continue;
      date_ = *time;
      return;
    }
  }
}

std::optional<int64_t> TextTrace::said_time(const TraceMessage& message) {
  std::optional<int64_t> result;
  // The time of the log line is looked at first: it may have the date that the head leaves out.
  if (message.log_time) {
    const int64_t logged = to_ns(*message.log_time);
    if (message.log_time_is_near) result = logged;
  }
  if (message.head.time) result = to_ns(*message.head.time);
  return result;
}

// In a log with times, a message without one gets the time of the message before; messages before
// the first time get that one.
int64_t TextTrace::time_of(const TraceMessage& message) {
  const bool first = frame_ == 0;
  if (first) learn_date();
  if (const auto said = said_time(message)) return *said;
  if (!first) return last_ns_ + (info_.has_times ? 0 : kMadeUpStepNs);
  for (const TraceMessage& later : ahead_) {
    if (const auto said = said_time(later)) return *said;
  }
  return last_ns_;
}

void TextTrace::hand_out(TraceMessage message, Packet* packet) {
  hops_.fill(&message);
  const int64_t time_ns = kept_time(time_of(message));
  packet_bytes_ =
      raw_udp_packet(message.head.src, message.head.dst, message.bytes, message.missing);
  packet->time_ns = time_ns;
  packet->frame = ++frame_;
  packet->source = index_;
  packet->link_type = kRawIp;
  packet->logged = true;
  packet->inferred = message.inferred;
  packet->transport = message.transport;
  packet->original = static_cast<uint32_t>(packet_bytes_.size() + message.missing);
  packet->ref = not_stored(packet_bytes_.size());
  packet->data = reinterpret_cast<const uint8_t*>(packet_bytes_.data());
  if (info_.packets == 0) info_.first_ns = time_ns;
  last_ns_ = info_.last_ns = time_ns;
  info_.packets++;
  info_.bytes += packet_bytes_.size();
}

}  // namespace sipladder
