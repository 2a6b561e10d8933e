// Text from the network, code point by code point: the only UTF-8 decoder of all outputs, and the
// width of characters on a terminal. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

// The character at the front of a text, which may be any bytes (RFC 3629).
struct Character {
  char32_t code = 0;
  uint8_t size = 1;      // in bytes; 1 when they are not UTF-8
  bool is_utf8 = false;  // false: `code` has no meaning
};
Character first_character(std::string_view text);  // `text` must not be empty

// Control, bidirectional and invisible characters, and noncharacters. They mislead a reader or a
// terminal, so every output escapes or replaces them.
bool is_hidden(char32_t c);

int char_width(char32_t c);                // columns: 0 (combining), 1 or 2
size_t text_width(std::string_view utf8);  // columns; a byte that is not UTF-8 counts as 1

// True of nearly every text: nothing in it must be escaped, and each byte is one column.
bool is_printable_ascii(std::string_view text);

void append_utf8(std::string* out, char32_t c);

}  // namespace sipladder
