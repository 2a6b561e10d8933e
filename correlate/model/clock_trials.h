// Jitter (RFC 3550 A.8) of a stream with a dynamic payload type, for every clock that the stream
// may have. SDP names the right clock, often later than the first packets pass.
//
// Threads: one at a time. Bounds: kClocks trials.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "decode/media.h"

namespace sipladder {

// No network delays a packet so much. A larger difference means that the sender has begun anew with
// other timestamps.
inline constexpr double kRestartSeconds = 5;

struct ClockTrial {
  uint32_t clock_hz = 0;
  double jitter = 0;  // in timestamp units, running
  double sum_ms = 0;  // of the jitter after each packet
  double max_ms = 0;  // its maximum

  double mean_ms(uint32_t packets) const { return packets == 0 ? 0 : sum_ms / packets; }
};

// The trials of one stream. Clocks that its timestamps disprove are dropped, so that a packet of a
// long stream costs one or two trials.
class ClockTrials {
 public:
  ClockTrials();

  // A packet of voice that has not come before, in the order of arrival.
  void add(const RtpHeader& rtp, int64_t time_ns);
  // Null when that clock is not tried or was disproved. Valid until the next add().
  const ClockTrial* by(uint32_t clock_hz) const;
  uint32_t packets() const { return packets_; }  // for which jitter was computed

 private:
  void drop_disproved(int64_t time_ns);

  static constexpr size_t kClocks = 12;
  std::array<ClockTrial, kClocks> trials_;
  uint32_t count_ = kClocks;
  uint32_t packets_ = 0;
  uint8_t payload_type_ = 0;
  bool begun_ = false;
  // Time and timestamp of the packet before. The rate is measured from `from_ns_` on: `span_` is
  // the distance of the timestamps since then.
  int64_t time_ns_ = 0;
  uint32_t timestamp_ = 0;
  int64_t from_ns_ = 0;
  int64_t span_ = 0;
};

}  // namespace sipladder
