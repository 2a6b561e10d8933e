// How a stream sounded at this point: E-model R and MOS (ITU-T G.107) from codec, loss and jitter.
// A bystander does not know the delay: only that of a playout buffer of twice the mean jitter
// counts.
//
// Pure functions. Percentages are 0 to 100. Threads: as Model.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "correlate/model/model.h"
#include "correlate/session/media_binding.h"
#include "media/emodel.h"

namespace sipladder {

struct StreamFigures {
  int64_t expected = 0;       // by sequence numbers
  int64_t missing = 0;        // expected packets that never came; duplicates do not count as come
  double loss_pct = 0;        // missing of expected
  double worst_loss_pct = 0;  // of the worst ten seconds
  int64_t worst_ns = 0;       // when these ten seconds began
};
StreamFigures figures_of(const StreamRecord& stream);

struct Jitter {  // RFC 3550 A.8
  double mean_ms = 0;
  double max_ms = 0;
};
// By clock_of(). None when that clock is unknown, when the timestamps run by another clock, or with
// fewer than two packets.
std::optional<Jitter> jitter_of(const Model& model, StreamId id, const StreamBinding& binding);

// Length of a packet of voice in ms, by its timestamps; none when the clock or the step of the
// timestamps is not known.
std::optional<double> packet_ms_of(const StreamRecord& stream, uint32_t clock_hz);

// Bursts of loss (RFC 3611 4.7.2): losses close together do more harm than the same number apart.
struct BurstFigures {
  uint32_t count = 0;
  std::optional<double> loss_pct;      // within bursts; none without a burst
  std::optional<double> length_ms;     // mean
  std::optional<double> gap_loss_pct;  // outside of bursts
  std::optional<double> gap_ms;        // mean
};
BurstFigures burst_figures_of(const StreamRecord& stream, uint32_t clock_hz);

// Cumulative loss by the receiver's newest report (RFC 3550 6.4.1), of the packets expected since
// the first one seen here. None without a report, or when the report counts losses from before the
// capture.
std::optional<double> remote_loss_pct(const StreamRecord& stream);

// With the loss of the worst ten seconds. None as for quality_of().
std::optional<VoiceQuality> worst_quality_of(const StreamRecord& stream, std::string_view encoding,
                                             const std::optional<Jitter>& jitter);

// None for a stream that is too short to judge or thinned (thinned.h), for an encoding without
// published figures, and when the jitter is not known. `was_held`: packets that are missing across
// pauses were not sent, and are no loss.
std::optional<VoiceQuality> quality_of(const StreamRecord& stream, std::string_view encoding,
                                       const std::optional<Jitter>& jitter, bool was_held);
// The same with a loss that the caller gives.
std::optional<VoiceQuality> quality_at(const StreamRecord& stream, std::string_view encoding,
                                       const std::optional<Jitter>& jitter, double loss_pct);

// The lowest MOS of a call's streams; none when none of them has one.
std::optional<double> lowest_mos(const Model& model, const MediaBinding& media, CallId call,
                                 bool was_held);

// What a MOS of that encoding rests on, in words; empty when there is none.
std::string_view mos_model_of(std::string_view encoding);

}  // namespace sipladder
