// "repeat COUNT every=SECONDS from=N" ... "end" in a flow script: the lines between them COUNT
// times, each time so many seconds later, with "{n}" as N (0 when absent), N + 1, N + 2...
#pragma once

#include <string>
#include <string_view>

namespace sipladder::build {

std::string with_repeats_written_out(std::string_view script);

}  // namespace sipladder::build
