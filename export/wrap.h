// Text in lines, broken between words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

// Lines of at most `width` columns; 0: one line. A word that is longer stands on a line of its own,
// and is broken too when `hard`. No text, no line.
std::vector<std::u32string> wrap_words(std::u32string_view text, int width, bool hard);

}  // namespace sipladder
