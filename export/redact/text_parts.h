// Splits a text that is changed in place into its parts. The parts refer to the text.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "decode/text.h"

namespace sipladder {

using Text = std::span<char>;

inline std::string_view view(Text text) {
  return {text.data(), text.size()};
}

template <size_t n>
bool is_one_of(const std::array<std::string_view, n>& all, std::string_view name) {
  return std::any_of(all.begin(), all.end(),
                     [&](std::string_view one) { return equal_no_case(one, name); });
}

// The place of the first character of `wanted` outside of quotes and <>; text.size(): there is
// none.
inline size_t find_outside(std::string_view text, size_t from, std::string_view wanted) {
  bool quoted = false, angled = false;
  for (size_t at = from; at < text.size(); at++) {
    const char c = text[at];
    if (quoted && c == '\\') {
      at++;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && !angled && wanted.find(c) != std::string_view::npos) {
      return at;
    } else if (!quoted && (c == '<' || c == '>')) {
      angled = c == '<';
    }
  }
  return text.size();
}

// Calls `visit` with each part that is not empty. `separators` count outside of quotes and <>.
template <typename Visit>
void for_each_part(Text text, std::string_view separators, Visit visit) {
  for (size_t at = 0; at <= text.size();) {
    const size_t end = find_outside(view(text), at, separators);
    if (end > at) visit(text.subspan(at, end - at));
    at = end + 1;
  }
}

template <typename Visit>
void for_each_line(Text text, Visit visit) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(view(text).find('\n', at), text.size());
    const bool cr = end > at && text[end - 1] == '\r';
    if (end - at > (cr ? 1U : 0U)) visit(text.subspan(at, end - at - (cr ? 1U : 0U)));
    at = end + 1;
  }
}

}  // namespace sipladder
