// Text from the network, code point by code point: the one UTF-8 decoder of all outputs, and how
// wide a character is on a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

// The character at the front of a text that may be anything (RFC 3629).
struct Character {
  char32_t code = 0;
  uint8_t size = 1;      // bytes that it takes; 1 when they are no UTF-8
  bool is_utf8 = false;  // else `code` is meaningless
};
Character first_character(std::string_view text);  // `text` must not be empty

// Control, bidirectional, invisible and unassigned-for-good characters: they mislead a reader or a
// terminal, and every output writes them as an escape.
bool is_hidden(char32_t c);

int char_width(char32_t c);  // columns: 0 (combining), 1 or 2
size_t text_width(std::string_view utf8);

// Nothing to escape, one column a byte: nearly every text.
bool is_printable_ascii(std::string_view text);

void append_utf8(std::string* out, char32_t c);

}  // namespace sipladder
