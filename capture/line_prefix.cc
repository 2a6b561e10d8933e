#include "capture/line_prefix.h"

#include <algorithm>

#include "capture/text_scanner.h"

namespace sipladder {
namespace {

bool is_gap(char c) {
  return c == ' ' || c == '\t';
}

size_t run_of_digits(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && Scanner::is_digit(text[end])) end++;
  return end - at;
}

size_t run_of_spaces(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && is_gap(text[end])) end++;
  return end - at;
}

}  // namespace

std::optional<std::string_view> LinePrefix::strip(std::string_view line) const {
  const std::string_view sample = sample_;
  size_t at = 0;
  for (size_t i = 0; i < sample.size();) {
    const size_t spaces = run_of_spaces(sample, i);
    if (i + spaces == sample.size()) {
      // The last gap of the prefix. More spaces than the sample has belong to the text.
      const size_t there = run_of_spaces(line, at);
      if (there < spaces && at + there < line.size()) return std::nullopt;
      return line.substr(at + std::min(there, spaces));
    }
    if (at == line.size()) return std::nullopt;
    if (spaces > 0 || is_gap(line[at])) {
      // A shorter number than that of the sample is padded with spaces.
      const size_t there = run_of_spaces(line, at);
      const bool number = Scanner::is_digit(sample[i + spaces]);
      if (there == 0 || (spaces == 0 && !number)) return std::nullopt;
      at += there;
      i += spaces;
    } else if (Scanner::is_digit(sample[i])) {
      const size_t digits = run_of_digits(line, at);
      if (digits == 0) return std::nullopt;
      at += digits;
      i += run_of_digits(sample, i);
    } else {
      if (sample[i] != line[at]) return std::nullopt;
      i++;
      at++;
    }
  }
  return line.substr(at);
}

}  // namespace sipladder
