// One cause, one headline: applies to the findings of one call what their detectors declare about
// each other (Relations in analysis.h).
//
// Threads: pure functions of their arguments and of the catalogue.
#pragma once

#include <string_view>
#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// Requires a code of the catalogue. Lives as long as the program.
const Relations& relations_of(std::string_view code);
// The code of the finding is one of `codes`.
bool names(const std::vector<std::string_view>& codes, const Finding& finding);

// Drops each symptom whose cause is among the findings. A cause of a symptom about a stream becomes
// at least as severe as the symptom was.
void drop_explained(const Model& model, std::vector<Finding>* findings);
// Where the caller neither acknowledged nor ended a fork (dialog-fork), its repeated 2xx
// (txn-ack-missing) is a consequence and becomes an info.
void demote_repeats_of_forks(std::vector<Finding>* findings);
// When the finding that audio_cause names is not told, names the one that explains it instead
// (Relations::is_root_of_audio).
void name_root_cause(CallAnalysis* analysis);
// Drops findings that need times which their source does not have (TimeNeed).
void drop_untimed(const Model& model, std::vector<Finding>* findings);

}  // namespace sipladder
