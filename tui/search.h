// The search prompt: `/`, the words, Enter; then n and N. Letters match in either case.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tui/cursor.h"
#include "tui/line_edit.h"

namespace sipladder {

// Whether `text` contains `words`, letters in either case.
bool contains_words(std::string_view text, std::string_view words);

class Search {
 public:
  using Matches = std::function<bool(size_t row)>;

  bool editing() const { return edit_.active(); }
  std::string prompt() const;
  void begin();
  // Forgets the words; false when there are none.
  bool clear();
  // While editing. True when the words are complete and the search should run.
  bool type(Key key);
  // Moves the cursor to the next row that matches, around the end.
  void run(bool forward, const Matches& matches, Cursor* cursor);
  bool in(std::string_view text) const { return contains_words(text, words_); }
  const std::string& words() const { return words_; }

  // What all views with a search do alike; `find(forward)` goes to the next match.
  template <typename Find>
  void act(Action action, Find find) {
    if (action == Action::search) begin();
    if (action == Action::search_next) find(true);
    if (action == Action::search_previous) find(false);
  }

 private:
  bool failed_ = false;
  LineEdit edit_;
  std::string words_;
};

}  // namespace sipladder
