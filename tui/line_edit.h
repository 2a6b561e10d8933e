// One line that the user types: a filter, a search, a query, a name. It has a history.
#pragma once

#include <string>
#include <vector>

#include "tui/keys.h"

namespace sipladder {

class LineEdit {
 public:
  enum class Answer : uint8_t { typing, changed, done, left };

  bool active() const { return active_; }
  // Begins to edit `text`; `label` is shown before it.
  void begin(std::string label, std::string text = {});
  void end() { active_ = false; }
  // Lines that Up recalls, as long as no line was typed.
  void offer(std::vector<std::string> lines) {
    if (history_.empty()) history_ = std::move(lines);
  }
  // Only while active. Enter (done) and Escape (left) end the editing.
  Answer type(Key key);
  const std::string& text() const { return text_; }
  void set(std::string text);
  std::string prompt() const;  // empty when nothing is typed

 private:
  void recall(bool older);
  void erase_before();

  bool active_ = false;
  std::string label_;
  std::string text_;
  size_t at_ = 0;                     // bytes before the cursor
  std::vector<std::string> history_;  // oldest first, a hundred at most
  size_t recalled_ = 0;
};

}  // namespace sipladder
