// Quotes a text so that a shell takes it for one word.
#pragma once

#include <string>
#include <string_view>

namespace sipladder {

std::string shell_quoted(std::string_view text);  // in single quotes
std::string shell_word(std::string_view text);    // in quotes only when it needs them

}  // namespace sipladder
