// When the first sample of an RTP packet was spoken, on the capture's time line.
//
// RTP timestamps (RFC 3550 5.1) space the packets exactly, free of network jitter; the arrival of
// the first packet anchors them. A packet that arrives more than kMaxDriftNs away from where its
// timestamp says starts a new anchor: the sender restarted its timestamps, or its clock is not the
// announced one.
#pragma once

#include <cstdint>

namespace sipladder {

class MediaClock {
 public:
  static constexpr int64_t kMaxDriftNs = 1'000'000'000;

  explicit MediaClock(uint32_t clock_hz) : clock_hz_(clock_hz == 0 ? 8000 : clock_hz) {}

  // Of the RTP clock; the next packet starts a new anchor.
  void set_rate(uint32_t clock_hz) { *this = MediaClock(clock_hz); }

  // In ns since the epoch, as `time_ns`, the capture time of the packet.
  int64_t place(uint32_t timestamp, int64_t time_ns);

 private:
  uint32_t clock_hz_;
  bool anchored_ = false;
  uint32_t timestamp_ = 0;  // of the packet placed last, and where it was placed
  int64_t at_ns_ = 0;
  int64_t rest_ = 0;  // what the divisions left over, in ns * Hz
};

// to - from; the ends of the range where that does not fit, which only forged times reach.
int64_t elapsed_ns(int64_t from, int64_t to);

}  // namespace sipladder
