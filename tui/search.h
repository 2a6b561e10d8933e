// The search prompt: `/`, the words, Enter; then n and N. Upper and lower case are the same.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tui/cursor.h"
#include "tui/line_edit.h"

namespace sipladder {

// Whether `text` contains `words` in upper or lower case.
bool contains_words(std::string_view text, std::string_view words);

class Search {
 public:
  using Matches = std::function<bool(size_t row)>;

  bool editing() const { return edit_.active(); }
  std::string prompt() const;
  void begin();
  // Forgets the words. False: there were none.
  bool clear();
  // While editing. True when the words are complete and the search should run.
  bool type(Key key);
  // Moves the cursor to the next row that matches; after the last row it goes on with the first.
  void run(bool forward, const Matches& matches, Cursor* cursor);
  bool in(std::string_view text) const { return contains_words(text, words_); }
  const std::string& words() const { return words_; }

  // Handles the search actions for all views. `find(forward)` has to go to the next match.
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
