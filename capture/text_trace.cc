#include "capture/text_trace.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr size_t kReadSize = 64 << 10;
constexpr int kLinesPerCall = 20'000;
constexpr int64_t kStep = 1'000'000;  // between messages whose time is not said

}  // namespace

TextTrace::TextTrace(std::string name, uint16_t index, uint64_t size,
                     std::unique_ptr<ByteReader> reader)
    : reader_(std::move(reader)), index_(index) {
  info_.name = std::move(name);
  info_.format = "text";
  info_.link_type = kRawIp;
  info_.has_times = false;  // until one is said
  info_.size = size;
}

ReadResult TextTrace::next(Packet* packet) {
  TraceMessage message;
  bool found = false;
  for (int lines = 0; !found; lines++) {
    if (lines > kLinesPerCall) return ReadResult::idle;
    std::string kept;
    if (order_.next(&kept)) {
      found = parser_.add(kept, &message);
      continue;
    }
    if (ended_) break;
    std::string_view line;
    const Line state = read_line(&line);
    if (state == Line::idle) return ReadResult::idle;
    ended_ = state == Line::end;
    if (ended_) {
      order_.finish();
    } else if (!order_.take(line)) {
      found = parser_.add(line, &message);
    }
  }
  if (found || parser_.finish(&message)) {
    hand_out(message, packet);
    return ReadResult::packet;
  }
  if (frame_ == 0 && info_.damage.empty()) {
    info_.damage = info_.name + ": text without a SIP message that could be told from it";
  }
  return ReadResult::end;
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
  buffer_.resize(have + kReadSize);
  const int64_t got = reader_->read(reinterpret_cast<uint8_t*>(buffer_.data()) + have, kReadSize);
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

// What tcpdump -ttt and -ttttt, ngrep -T and -TT write looks alike; but only from one packet to the
// next it gets less.
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

// A log's clock is the local one; what it leaves out of the date is taken from the line before, or
// stays 1970.
int64_t TextTrace::to_ns(const LogTime& time) {
  if (time.kind != LogTime::Kind::clock) return time.ns;
  if (time.day != 0) {
    const int year = time.year != 0 ? time.year : date_.year;
    date_ = time;
    date_.year = year;
  }
  std::tm local{};
  local.tm_year = (date_.year == 0 ? 1970 : date_.year) - 1900;
  local.tm_mon = std::max(date_.month, 1) - 1;
  local.tm_mday = std::max(date_.day, 1);
  local.tm_sec = static_cast<int>(time.ns / kSecond_ns);
  local.tm_isdst = -1;
  int64_t result = int64_t{std::mktime(&local)} * kSecond_ns + time.ns % kSecond_ns;
  constexpr int64_t kDay = 86'400 * kSecond_ns;
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
  if (message.log_time || message.head.time) info_.has_times = true;
  return result;
}

void TextTrace::hand_out(const TraceMessage& message, Packet* packet) {
  const int64_t time_ns = kept_time(time_of(message));
  packet_bytes_ =
      raw_udp_packet(message.head.src, message.head.dst, message.bytes, message.missing);
  packet->time_ns = time_ns;
  packet->frame = ++frame_;
  packet->source = index_;
  packet->link_type = kRawIp;
  packet->logged = true;
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
