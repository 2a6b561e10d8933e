// Jitter of a stream of a dynamic payload type (RFC 3550 A.8) by every clock that it may have: SDP
// names the right one, often later than the first packets pass.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "decode/media.h"

namespace sipladder {

struct ClockTrial {
  uint32_t clock_hz = 0;
  double jitter = 0;  // in timestamp units, running
  double sum_ms = 0;
  double max_ms = 0;

  double mean_ms(uint32_t packets) const { return packets == 0 ? 0 : sum_ms / packets; }
};

// Of one stream. Clocks that its timestamps disprove are dropped, so that a packet of a long stream
// costs one or two of them.
class ClockTrials {
 public:
  ClockTrials();

  // A packet of voice that has not come before, in the order of arrival.
  void add(const RtpHeader& rtp, int64_t time_ns);
  // Null: its timestamps do not run by that clock.
  const ClockTrial* by(uint32_t clock_hz) const;
  uint32_t packets() const { return packets_; }  // that jitter was computed for

 private:
  void drop_disproved(int64_t time_ns);

  static constexpr size_t kClocks = 12;
  std::array<ClockTrial, kClocks> trials_;
  uint32_t count_ = kClocks;
  uint32_t packets_ = 0;
  uint8_t payload_type_ = 0;
  bool begun_ = false;
  // The packet before, and the one from which the rate is measured.
  int64_t time_ns_ = 0;
  uint32_t timestamp_ = 0;
  int64_t from_ns_ = 0;
  int64_t span_ = 0;
};

}  // namespace sipladder
