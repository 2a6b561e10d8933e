// One cause, one headline: what findings of one call are to each other, as each of them declares it
// (Relations in analysis.h).
//
// Threads: pure functions of their arguments and of the catalogue.
#pragma once

#include <string_view>
#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// Requires a code of the catalogue.
const Relations& relations_of(std::string_view code);
bool names(const std::vector<std::string_view>& codes, const Finding& finding);

// A symptom is told by its cause alone. The cause is then at least as severe as it was.
void drop_explained(const Model& model, std::vector<Finding>* findings);
// A fork that the caller left alone is told once; that its 2xx is repeated follows from it.
void demote_repeats_of_forks(std::vector<Finding>* findings);
// Behind the fault that the streams show stands another one, which is told in its place.
void name_root_cause(CallAnalysis* analysis);
// Those whose source has not the times that they need.
void drop_untimed(const Model& model, std::vector<Finding>* findings);

}  // namespace sipladder
