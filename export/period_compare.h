// Two captures of one place at two times: which figures moved, and how far.
//
// A share (of calls, of calls through one peer) is compared by the test of two proportions with
// Yates' correction, a mean by Welch's test. Both give a distance in standard errors, by which the
// figures of one comparison are ranked. It is no probability: of a thousand figures three lie
// beyond three standard errors by chance.
//
// Lifetime: values. Threads: period_figures() as Model, the rest are pure functions.
// Bounds: kMostFigures of each period; what comes for further ones is counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "query/table_description.h"

namespace sipladder {

// What was measured: "answered" of the calls through one relay.
struct FigureName {
  std::string of;    // "all calls", "relay 192.0.2.20"
  std::string what;  // "answered", "final status 486", "post-dial delay (ms)"
  // "final status": of a property that excludes others of its kind, so that whoever lacks it is
  // counted among PeriodFigures::populations. Else empty.
  std::string kind = {};
  auto operator<=>(const FigureName&) const = default;
};

struct Figure {
  double sum = 0;  // of a share: how many have the property
  double squares = 0;
  uint64_t count = 0;  // its population
  double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
};

struct PeriodFigures {
  uint64_t calls = 0;
  int64_t first_ns = 0, last_ns = 0;  // of the capture; 0: it has no times
  std::map<FigureName, Figure> shares, means;
  // Of "all calls" by kind of property: whoever lacks one (no 486 in this period) has this
  // population.
  std::map<std::string, uint64_t> populations;
  uint64_t left_out = 0;
};

inline constexpr size_t kMostFigures = 200'000;
// The error is that of the query that failed; empty when none did.
std::string period_figures(Reader& reader, PeriodFigures* figures);

struct MovedFigure {
  FigureName name;
  bool is_share = false;
  Figure a, b;
  double standard_errors = 0;  // above 0: it rose
};

struct PeriodComparison {
  std::vector<MovedFigure> moved;  // that moved farthest first
  uint64_t compared = 0;           // figures that both periods have
  uint64_t still = 0;              // of these, moved by less than kMovedErrors
};

inline constexpr double kFarthestErrors = 999;  // no figure is farther, be its values all alike
inline constexpr double kMovedErrors = 2;       // about one in twenty moves so far by chance
PeriodComparison compare_periods(const PeriodFigures& a, const PeriodFigures& b);

}  // namespace sipladder
