// Which packets the evidence of a finding names: frame numbers are those of one source.
//
// Threads: as Model.
#pragma once

#include <cstdint>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// The source (0-based) that the finding's message, stream or call comes from. Each source numbers
// its own frames, so that a frame of the evidence is one of this source alone.
uint16_t evidence_source(const Model& model, const Finding& finding);

}  // namespace sipladder
