// Which calls the list shows: those that a condition over `calls` chooses.
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
  // A condition that check_query() accepts; empty: every call.
  explicit CallFilter(std::string condition) : condition_(std::move(condition)) {}

  bool active() const { return !condition_.empty(); }
  // Asks again when packets came since. A condition that takes long is asked less often. True when
  // it was asked.
  bool update(const Model& model, const PacketLog& log, Analyst& analyst);
  bool asked() const { return asked_; }
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
