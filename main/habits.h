// Hints for users of sngrep and tcpdump.
#pragma once

#include <string>
#include <string_view>

namespace sipladder {

// A sentence that says what to write instead of an option that this program does not have, such as
// "-O" or "-B64". Empty: neither tool has this option.
std::string habit_hint(std::string_view option);

}  // namespace sipladder
