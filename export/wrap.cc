#include "export/wrap.h"

#include "export/cells.h"

namespace sipladder {
namespace {

// The beginning of a word that fits into `width` columns; at least one character.
std::u32string_view take_columns(std::u32string_view word, int width) {
  size_t end = 1;
  int used = char_width(word[0]);
  while (end < word.size() && used + char_width(word[end]) <= width)
    used += char_width(word[end++]);
  return word.substr(0, end);
}

}  // namespace

std::vector<std::u32string> wrap_words(std::u32string_view text, int width, bool hard) {
  if (text.empty()) return {};
  if (width <= 0 || text_width(text) <= width) return {std::u32string(text)};
  std::vector<std::u32string> lines(1);
  int used = 0;
  while (!text.empty()) {
    const size_t spaces = std::min(text.find_first_not_of(U' '), text.size());
    const size_t end = std::min(text.find(U' ', spaces), text.size());
    std::u32string_view word = text.substr(spaces, end - spaces);
    const std::u32string_view gap = text.substr(0, spaces);
    text.remove_prefix(end);
    if (word.empty()) break;
    const int columns = text_width(word);
    if (used > 0 && used + static_cast<int>(gap.size()) + columns <= width) {
      lines.back().append(gap).append(word);
      used += static_cast<int>(gap.size()) + columns;
      continue;
    }
    if (used > 0) lines.emplace_back();
    while (hard && text_width(word) > width) {
      const std::u32string_view part = take_columns(word, width);
      lines.back().append(part);
      lines.emplace_back();
      word.remove_prefix(part.size());
    }
    lines.back().append(word);
    used = text_width(word);
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace sipladder
