// Which packets the evidence of a finding names: frame numbers are those of one source.
//
// Threads: as Model.
#pragma once

#include <cstdint>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// The source (0-based) of the frames of the evidence: that in which the call has messages at most
// of these frames, else that of the finding's message, stream or call.
uint16_t evidence_source(const Model& model, const Finding& finding);

}  // namespace sipladder
