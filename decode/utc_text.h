#pragma once

#include <cstdint>
#include <string>

namespace sipladder {

// "2024-01-02 03:04:05 UTC"; empty for 0.
std::string utc_text(int64_t time_ns);

}  // namespace sipladder
