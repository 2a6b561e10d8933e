// The digits of one RTP stream of telephone events (RFC 4733).
//
// All packets with one RTP timestamp are one digit: updates, the three end packets and
// retransmissions. One object for each stream. Threads: one.
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
  uint32_t duration = 0;   // in timestamp units, the longest of all its packets
  uint32_t timestamp = 0;  // of its (last) segment
};

class DtmfDigits {
 public:
  static constexpr size_t kMaxDigits = 256;

  // Takes the packets in capture order. Payloads that are too short and events that are no digit
  // are skipped.
  void add(std::string_view payload, uint32_t timestamp);

  std::string digits() const;
  const std::vector<DtmfEvent>& events() const { return events_; }
  uint64_t dropped() const { return dropped_; }  // digits beyond kMaxDigits

 private:
  enum class Place : uint8_t { same, next_segment, late, fresh };
  Place place_of(char digit, uint32_t timestamp) const;

  std::vector<DtmfEvent> events_;
  DtmfEvent current_;  // the event under way, also when events_ is full
  bool started_ = false;
  uint32_t finished_segments_ = 0;  // duration of the segments before this one
  uint64_t dropped_ = 0;
};

}  // namespace sipladder
