// Kinds of characters and words.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "decode/text.h"

namespace sipladder {

inline bool is_word_byte(char c) {
  const char small = lower(c);
  return is_digit(c) || (small >= 'a' && small <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

inline bool is_number(std::string_view word) {
  return std::all_of(word.begin(), word.end(), is_digit);
}

// -1: no hexadecimal digit.
inline int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

}  // namespace sipladder
