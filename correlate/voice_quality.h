// How a stream sounded at this point: E-model R and MOS (ITU-T G.107) from codec and loss. The
// delay is not known to a bystander and counts as none.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "correlate/records.h"
#include "media/emodel.h"

namespace sipladder {

struct StreamFigures {
  int64_t expected = 0;       // by sequence numbers
  int64_t lost = 0;           // expected less received (RFC 3550 A.3): negative when duplicated
  int64_t missing = 0;        // of these that never came: duplicates make up for none
  double loss_pct = 0;        // missing of expected
  double jitter_ms = 0;       // mean
  double worst_loss_pct = 0;  // of ten seconds
  int64_t worst_ns = 0;       // when these began
};
StreamFigures figures_of(const StreamRecord& stream);

// Length of a packet of voice, by its timestamps.
std::optional<double> packet_ms_of(const StreamRecord& stream);

// RFC 3611 4.7.2: losses that come together do more harm than as many that do not.
struct BurstFigures {
  uint32_t count = 0;
  std::optional<double> loss_pct;  // within bursts, none when there are none
  std::optional<double> length_ms;
  std::optional<double> gap_loss_pct;  // outside of bursts
  std::optional<double> gap_ms;
};
BurstFigures burst_figures_of(const StreamRecord& stream);

// Lost in all by the receiver's newest report, of the packets which that is about (RFC 3550 6.4.1).
// None without a report, or when it counts what was before the capture.
std::optional<double> remote_loss_pct(const StreamRecord& stream);

// Of its worst ten seconds. None as below.
std::optional<VoiceQuality> worst_quality_of(const StreamRecord& stream, std::string_view encoding);

// None for a stream too short to judge, or of an encoding without figures. In a call that was held,
// what is missing over pauses was not sent.
std::optional<VoiceQuality> quality_of(const StreamRecord& stream, std::string_view encoding,
                                       bool was_held);
// The same with another loss than the one that is seen here.
std::optional<VoiceQuality> quality_at(const StreamRecord& stream, std::string_view encoding,
                                       double loss_pct);

}  // namespace sipladder
