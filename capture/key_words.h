// Private to capture/: the words of lines in key logs. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sipladder {

// Cuts the next word off; empty when there is none.
std::string_view take_key_word(std::string_view* line);
// Returns the number of bytes; 0 when the text is no hex, or has more than `most` bytes.
size_t read_key_hex(std::string_view hex, uint8_t* out, size_t most);

}  // namespace sipladder
