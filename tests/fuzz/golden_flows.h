// The flows of the golden pages: calls of every kind, from which mutations begin.
#pragma once

#include <map>
#include <string>

namespace sipladder::fuzz {

inline constexpr size_t kMaxFlow = 48 << 10;  // bytes; of a longer flow only the packets that fit

// Captures by the flow's name; `root` is that of the project.
std::map<std::string, std::string> golden_flows(const std::string& root);

}  // namespace sipladder::fuzz
