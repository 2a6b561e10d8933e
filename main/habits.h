// What options of sngrep and tcpdump become here.
#pragma once

#include <string>
#include <string_view>

namespace sipladder {

// A sentence about an option that is not there, such as "-O" or "-B64"; empty for one that neither
// of them has.
std::string habit_hint(std::string_view option);

}  // namespace sipladder
