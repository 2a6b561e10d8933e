#include "capture/key_words.h"

#include <algorithm>

namespace sipladder {
namespace {

int key_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

size_t read_key_hex(std::string_view hex, uint8_t* out, size_t most) {
  if (hex.size() % 2 != 0 || hex.size() / 2 > most) return 0;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = key_digit(hex[i]);
    const int low = key_digit(hex[i + 1]);
    if (high < 0 || low < 0) return 0;
    out[i / 2] = static_cast<uint8_t>(high << 4 | low);
  }
  return hex.size() / 2;
}

std::string_view take_key_word(std::string_view* line) {
  const size_t begin = std::min(line->find_first_not_of(" \t"), line->size());
  line->remove_prefix(begin);
  const std::string_view word = line->substr(0, line->find_first_of(" \t\r"));
  line->remove_prefix(word.size());
  return word;
}

}  // namespace sipladder
