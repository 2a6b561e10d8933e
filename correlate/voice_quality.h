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
  int64_t expected = 0;  // by sequence numbers
  int64_t lost = 0;      // expected less received (RFC 3550 A.3): negative when duplicated
  double loss_pct = 0;   // never negative
  double jitter_ms = 0;  // mean
};
StreamFigures figures_of(const StreamRecord& stream);

// None for a stream too short to judge, or of an encoding without figures.
std::optional<VoiceQuality> quality_of(const StreamRecord& stream, std::string_view encoding);

}  // namespace sipladder
