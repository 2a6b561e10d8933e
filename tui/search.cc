#include "tui/search.h"

#include <algorithm>
#include <utility>

#include "decode/text.h"

namespace sipladder {

bool contains_words(std::string_view text, std::string_view words) {
  return std::search(text.begin(), text.end(), words.begin(), words.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

std::string Search::prompt() const {
  if (edit_.active()) return edit_.prompt();
  return failed_ ? "not found: " + words_ : std::string();
}

void Search::begin() {
  failed_ = false;
  words_.clear();
  edit_.begin("/");
}

bool Search::clear() {
  failed_ = false;
  return !std::exchange(words_, {}).empty();
}

bool Search::type(Key key) {
  const LineEdit::Answer answer = edit_.type(key);
  words_ = answer == LineEdit::Answer::left ? std::string() : edit_.text();
  return answer == LineEdit::Answer::done && !words_.empty();
}

void Search::run(bool forward, const Matches& matches, Cursor* cursor) {
  failed_ = false;
  if (words_.empty() || cursor->count == 0) return;
  size_t row = cursor->selected;
  for (size_t i = 0; i < cursor->count; i++) {
    row = forward ? (row + 1) % cursor->count : (row + cursor->count - 1) % cursor->count;
    if (!matches(row)) continue;
    cursor->select(row);
    return;
  }
  failed_ = true;
}

}  // namespace sipladder
