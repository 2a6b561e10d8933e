// Guesses which known word somebody may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

// The word of `known` that is nearest to `word`; empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// The places in `known` of up to `most` words that are near, the nearest first.
std::vector<size_t> nearest_ones(std::string_view word, const std::vector<std::string>& known,
                                 size_t most);

}  // namespace sipladder
