// Breaks text into lines between words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

// Lines of at most `width` columns; 0: one line. A word wider than that has a line of its own, or
// is broken when `hard`. An empty text gives no line.
std::vector<std::u32string> wrap_words(std::u32string_view text, int width, bool hard);

}  // namespace sipladder
