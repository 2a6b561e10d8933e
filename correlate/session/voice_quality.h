// How a stream sounded at this point: E-model R and MOS (ITU-T G.107) from codec, loss and jitter.
// The delay is not known to a bystander: only that of a playout buffer of twice the mean jitter
// counts.
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
  int64_t missing = 0;        // of these that never came: duplicates make up for none
  double loss_pct = 0;        // missing of expected
  double worst_loss_pct = 0;  // of ten seconds
  int64_t worst_ns = 0;       // when these began
};
StreamFigures figures_of(const StreamRecord& stream);

struct Jitter {  // RFC 3550 A.8
  double mean_ms = 0;
  double max_ms = 0;
};
// By the clock that was agreed, else as its timestamps run. None where they run by another clock
// than the agreed one.
std::optional<Jitter> jitter_of(const Model& model, StreamId id, const StreamBinding& binding);

// Length of a packet of voice, by its timestamps and that clock.
std::optional<double> packet_ms_of(const StreamRecord& stream, uint32_t clock_hz);

// RFC 3611 4.7.2: losses that come together do more harm than as many that do not.
struct BurstFigures {
  uint32_t count = 0;
  std::optional<double> loss_pct;  // within bursts, none when there are none
  std::optional<double> length_ms;
  std::optional<double> gap_loss_pct;  // outside of bursts
  std::optional<double> gap_ms;
};
BurstFigures burst_figures_of(const StreamRecord& stream, uint32_t clock_hz);

// Lost in all by the receiver's newest report, of the packets which that is about (RFC 3550 6.4.1).
// None without a report, or when it counts what was before the capture.
std::optional<double> remote_loss_pct(const StreamRecord& stream);

// Of its worst ten seconds. None as below.
std::optional<VoiceQuality> worst_quality_of(const StreamRecord& stream, std::string_view encoding,
                                             const std::optional<Jitter>& jitter);

// None for a stream too short to judge, of an encoding without published figures, or whose jitter
// is not known. In a call that was held, what is missing over pauses was not sent.
std::optional<VoiceQuality> quality_of(const StreamRecord& stream, std::string_view encoding,
                                       const std::optional<Jitter>& jitter, bool was_held);
// The same with another loss than the one that is seen here.
std::optional<VoiceQuality> quality_at(const StreamRecord& stream, std::string_view encoding,
                                       const std::optional<Jitter>& jitter, double loss_pct);

// The lowest MOS of a call's streams; none when none of them has one.
std::optional<double> lowest_mos(const Model& model, const MediaBinding& media, CallId call,
                                 bool was_held);

// What a MOS of that encoding rests on, in words; empty when there is none.
std::string_view mos_model_of(std::string_view encoding);

}  // namespace sipladder
