// Findings as people read them: blocks of whole sentences.
#pragma once

#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/model.h"

namespace sipladder {

struct FindingTextOptions {
  int width = 0;  // columns; 0: no line is broken
  bool color = false;
};

// Groups findings of the same code whose calls are legs of one session, because they are printed as
// one. The groups are in the order of their first findings. The pointers are those of `findings`.
std::vector<std::vector<const Finding*>> group_findings(const std::vector<const Finding*>& findings,
                                                        Analyst& analyst);

// "call 2: alice → carol"
std::string call_text(const Model& model, MessageView& view, CallId id);
// "error audio-stopped, call 2: alice → carol, frame 6"
std::string finding_head(const Model& model, MessageView& view, const Finding& finding);

// One group as a block, ended by a line feed.
std::string finding_text(const Model& model, const PacketLog& log,
                         const std::vector<const Finding*>& group,
                         const FindingTextOptions& options);

}  // namespace sipladder
