// Which known word somebody may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

// The nearest of `known`; empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// The places of up to `most` that are near, the nearest first.
std::vector<size_t> nearest_ones(std::string_view word, const std::vector<std::string>& known,
                                 size_t most);

}  // namespace sipladder
