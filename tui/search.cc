#include "tui/search.h"

#include <algorithm>
#include <utility>

#include "decode/text.h"
#include "export/cells.h"

namespace sipladder {

std::string Search::prompt() const {
  if (editing_) return "/" + words_ + "_";
  return failed_ ? "not found: " + words_ : std::string();
}

void Search::begin() {
  editing_ = true;
  failed_ = false;
  words_.clear();
}

bool Search::clear() {
  failed_ = false;
  return !std::exchange(words_, {}).empty();
}

bool Search::type(Key key) {
  if (key == kKeyEnter) {
    editing_ = false;
    return !words_.empty();
  }
  if (key == kKeyEscape) {
    editing_ = false;
    words_.clear();
  } else if (key == kKeyBackspace) {
    while (!words_.empty() && (static_cast<uint8_t>(words_.back()) & 0xC0) == 0x80) {
      words_.pop_back();
    }
    if (!words_.empty()) words_.pop_back();
  } else if (key >= ' ') {
    append_utf8(&words_, static_cast<char32_t>(key));
  }
  return false;
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

bool Search::in(std::string_view text) const {
  return std::search(text.begin(), text.end(), words_.begin(), words_.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

}  // namespace sipladder
