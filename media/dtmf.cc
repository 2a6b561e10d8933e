#include "media/dtmf.h"

#include <algorithm>

#include "decode/bytes.h"

namespace sipladder {
namespace {

constexpr std::string_view kDigits = "0123456789*#ABCD!";  // RFC 4733 3.2; 16 is RFC 2833's flash
constexpr uint32_t kLongestSegment = 0xFFFF;
// A packet that is older by less than this, in timestamp units, is late. If it is older by more,
// the sender has restarted its timestamps.
constexpr int32_t kLateness = 80'000;

}  // namespace

DtmfDigits::Place DtmfDigits::place_of(char digit, uint32_t timestamp) const {
  if (!started_) return Place::fresh;
  const int32_t ahead = static_cast<int32_t>(timestamp - current_.timestamp);
  if (ahead == 0) return Place::same;
  if (ahead < 0 && ahead > -kLateness) return Place::late;
  // A key that is held longer than the duration field can say goes on in a new segment (RFC 4733
  // section 2.5.1.3).
  const bool goes_on = digit == current_.digit && !current_.ended;
  if (goes_on && ahead == static_cast<int32_t>(kLongestSegment)) return Place::next_segment;
  return Place::fresh;
}

void DtmfDigits::add(std::string_view payload, uint32_t timestamp) {
  if (payload.size() < 4) return;
  const uint8_t* bytes = bytes_of(payload);
  if (bytes[0] >= kDigits.size()) return;
  const char digit = kDigits[bytes[0]];
  const Place place = place_of(digit, timestamp);
  if (place == Place::late) return;
  if (place == Place::fresh) {
    current_ = DtmfEvent{digit, false, 0, 0, timestamp};
    finished_segments_ = 0;
    if (events_.size() < kMaxDigits) {
      events_.emplace_back();
    } else {
      dropped_++;
    }
  }
  if (place == Place::next_segment) finished_segments_ += kLongestSegment;
  started_ = true;
  current_.timestamp = timestamp;
  current_.ended |= (bytes[1] & 0x80) != 0;
  current_.volume = bytes[1] & 0x3F;
  current_.duration = std::max(current_.duration, finished_segments_ + be16(bytes + 2));
  if (dropped_ == 0) events_.back() = current_;
}

std::string DtmfDigits::digits() const {
  std::string digits;
  for (const DtmfEvent& event : events_) digits += event.digit;
  return digits;
}

}  // namespace sipladder
