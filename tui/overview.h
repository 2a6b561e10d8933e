// What is wrong with each call, kept in one place for all views: the mark of its row, its cause in
// words, the groups of the summary line.
//
// Threads: update() with the session's lock held, the rest by the thread that draws.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/model.h"
#include "tui/pace.h"

namespace sipladder {

enum class Group : uint8_t { all, one_way, silent, failed, nat, capture, count_ };
constexpr size_t kGroups = static_cast<size_t>(Group::count_);

struct CallFacts {
  // The severity of the worst finding: info 1, warning 2, error 3; 4: an error, and at least one
  // party hears nothing; 0: nothing was found.
  uint8_t rank = 0;
  uint8_t groups = 0;      // a bit for each Group
  std::string_view cause;  // code of the finding that explains most; empty: no finding

  bool is_problem() const { return rank >= 2; }
  bool is_in(Group group) const {
    return group == Group::all || (groups & (1U << static_cast<unsigned>(group))) != 0;
  }
};

class Overview {
 public:
  // Judges all calls again when packets came since the last time, for at most `slice` in each call
  // of this function. True: a pass over all calls is complete.
  bool update(const Model& model, Analyst& analyst, std::chrono::milliseconds slice);
  bool working() const { return next_ != 0; }
  bool known() const { return known_; }  // at least one pass is complete
  const CallFacts& of(CallId id) const;
  uint64_t count(Group group) const { return counts_[static_cast<size_t>(group)]; }
  uint32_t version() const { return version_; }  // changes with what is known

 private:
  using Clock = PaceClock;
  bool begin(const Model& model);
  void finish(Analyst& analyst);

  std::vector<CallFacts> facts_, growing_;  // by id - 1
  std::array<uint64_t, kGroups> counts_{}, counting_{};
  uint32_t next_ = 0;  // the id to look at, 0: none
  uint32_t version_ = 0;
  bool known_ = false;
  uint64_t packets_ = 0;
  bool finished_ = false;
  Clock::time_point began_{}, again_{};
};

// "private SDP" for "audio-private-address": a cause short enough for a row; the code itself when
// no row of cause_words.def has it.
std::string_view cause_words(std::string_view code);
// The words of the call's cause ("no ACK"); without one the final status ("503"), or nothing.
std::string cause_of(const CallFacts& facts, const CallRecord& call);

// "12 calls: 2 one-way, 1 silent, 3 failed, 1 NAT fault, 0 with capture trouble"
std::string overview_sentence(const Overview& overview);

}  // namespace sipladder
