// What is said of a hop in a few words, by `nat` and in reports.
#pragma once

#include <string_view>

#include "correlate/nat/via_hop.h"

namespace sipladder {

inline constexpr std::string_view kFineHop = "fine";  // there is no fault
inline constexpr std::string_view kUnansweredHop = "no answer";

std::string_view hop_verdict(const ViaHop& hop);

}  // namespace sipladder
