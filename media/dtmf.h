// The digits of one RTP stream of telephone events (RFC 4733).
//
// An event is known by its RTP timestamp: updates, the three end packets and retransmissions of
// one timestamp are one digit. One object per stream, one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

struct DtmfEvent {
  char digit = 0;          // 0-9 * # A-D; '!' is a hook flash (event 16)
  bool ended = false;      // an end packet was seen
  uint8_t volume = 0;      // -dBm0, RFC 4733 2.3.3
  uint32_t duration = 0;   // timestamp units, the longest told
  uint32_t timestamp = 0;  // of its (last) segment
};

class DtmfDigits {
 public:
  static constexpr size_t kMaxDigits = 256;

  // Packets in capture order. Payloads that are too short and events that are no digit are left
  // out.
  void add(std::string_view payload, uint32_t timestamp);

  std::string digits() const;
  const std::vector<DtmfEvent>& events() const { return events_; }
  uint64_t dropped() const { return dropped_; }  // digits beyond kMaxDigits

 private:
  enum class Place : uint8_t { same, next_segment, late, fresh };
  Place place_of(char digit, uint32_t timestamp) const;

  std::vector<DtmfEvent> events_;
  DtmfEvent current_;  // also once events_ is full: what follows must still be told apart
  bool started_ = false;
  uint32_t finished_segments_ = 0;  // duration of the segments before this one
  uint64_t dropped_ = 0;
};

}  // namespace sipladder
