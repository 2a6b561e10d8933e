// Tells when the first sample of an RTP packet was spoken, on the time line of the capture.
//
// RTP timestamps (RFC 3550 section 5.1) give the exact distance between packets, free of network
// jitter. The arrival of the first packet anchors them. A packet that arrives more than kMaxDriftNs
// away from where its timestamp puts it starts a new anchor: the sender has restarted its
// timestamps, or its clock is not the announced one. Threads: one.
#pragma once

#include <cstdint>

namespace sipladder {

class MediaClock {
 public:
  static constexpr int64_t kMaxDriftNs = 1'000'000'000;

  explicit MediaClock(uint32_t clock_hz) : clock_hz_(clock_hz == 0 ? 8000 : clock_hz) {}

  // Sets the rate of the RTP clock (0: 8000). The next packet starts a new anchor.
  void set_rate(uint32_t clock_hz) { *this = MediaClock(clock_hz); }

  // The time in ns since the epoch. `time_ns`: when the packet was captured.
  int64_t place(uint32_t timestamp, int64_t time_ns);

 private:
  uint32_t clock_hz_;
  bool anchored_ = false;
  uint32_t timestamp_ = 0;  // of the packet that was placed last
  int64_t at_ns_ = 0;       // where that packet was placed
  int64_t rest_ = 0;        // remainder of the divisions so far, in ns * Hz
};

// to - from. Where that overflows, which only forged times can cause, the largest or smallest
// number.
int64_t elapsed_ns(int64_t from, int64_t to);

}  // namespace sipladder
