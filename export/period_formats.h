// A comparison of two periods as text, JSON and HTML.
#pragma once

#include <string>

#include "export/period_compare.h"

namespace sipladder {

struct NamedPeriod {
  std::string name;  // of the capture, as the user gave it
  const PeriodFigures& figures;
};

// Text from the network is escaped in each. At most `limit` figures are shown.
std::string periods_text(const PeriodComparison& comparison, const NamedPeriod& a,
                         const NamedPeriod& b, size_t limit);
std::string periods_json(const PeriodComparison& comparison, const NamedPeriod& a,
                         const NamedPeriod& b, size_t limit);
// One page that loads nothing.
std::string periods_html(const PeriodComparison& comparison, const NamedPeriod& a,
                         const NamedPeriod& b, size_t limit);

}  // namespace sipladder
