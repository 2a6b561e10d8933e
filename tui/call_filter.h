// The calls that an SQL condition over the table `calls` chooses.
//
// Threads: update() with the session's lock held.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/model.h"
#include "tui/pace.h"

namespace sipladder {

class CallFilter {
 public:
  // `condition`: one that check_query() accepts; empty: the filter is not active.
  explicit CallFilter(std::string condition) : condition_(std::move(condition)) {}

  bool active() const { return !condition_.empty(); }
  // Evaluates the condition again when packets came since the last time; one that takes long less
  // often. True: it was evaluated, and chosen() may have changed.
  bool update(const Model& model, const PacketLog& log, Analyst& analyst);
  bool asked() const { return asked_; }                          // evaluated at least once
  const std::vector<CallId>& chosen() const { return chosen_; }  // ascending

 private:
  using Clock = PaceClock;

  std::string condition_;
  std::vector<CallId> chosen_;
  bool asked_ = false;
  uint64_t packets_ = 0;
  bool finished_ = false;
  Clock::time_point next_{};
};

}  // namespace sipladder
