// Reads "error", "warning" or "info". Nullopt: it is none of them.
#pragma once

#include <optional>
#include <string_view>

#include "correlate/analysis/analysis.h"

namespace sipladder {

inline std::optional<Severity> parse_severity(std::string_view text) {
  for (const Severity one : {Severity::error, Severity::warning, Severity::info}) {
    if (text == to_string(one)) return one;
  }
  return std::nullopt;
}

}  // namespace sipladder
