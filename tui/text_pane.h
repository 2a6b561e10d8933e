// Lines of text with a selected one, searched and scrolled: what all views of text have.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tui/canvas.h"
#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

class TextPane {
 public:
  // The selected line stays where it is, as far as there is one.
  void set(std::vector<CellLine> lines) { lines_ = std::move(lines); }
  const std::vector<CellLine>& lines() const { return lines_; }
  // Which lines e and E go to.
  void set_problems(std::function<bool(const CellLine&)> is_problem) {
    is_problem_ = std::move(is_problem);
  }
  void fit(int height) { cursor_.fit(lines_.size(), static_cast<size_t>(std::max(1, height))); }
  void rewind() { cursor_ = Cursor{}; }
  void draw(Canvas& canvas, int y) const;

  // While a search is typed all keys are its own.
  bool typing() const { return search_.editing(); }
  Reply type(Key key);
  bool act(Action action);  // moving, scrolling, searching; false: it is none of these
  std::string prompt() const { return no_problem_ ? "no problem here" : search_.prompt(); }
  bool click(int y) { return cursor_.click(y); }
  size_t selected() const { return cursor_.selected; }
  void select(size_t line) { cursor_.select(line); }

 private:
  void find(bool forward);
  void step_problem(bool forward);
  bool begins_problem(size_t line) const;

  std::vector<CellLine> lines_;
  std::function<bool(const CellLine&)> is_problem_;
  Cursor cursor_;
  int skip_ = 0;
  bool no_problem_ = false;  // that e could go to
  Search search_;
};

// A text of several lines, each one in an ink.
void add_lines(std::vector<CellLine>* lines, std::string_view text, Ink ink = Ink::plain);
// Broken between words.
void add_wrapped(std::vector<CellLine>* lines, std::string_view text, int width, int indent,
                 Ink ink = Ink::plain);

// Of its first character.
Ink first_ink(const CellLine& line);

// The keys that all such views have, beside those that move.
inline constexpr KeyBinding kTextKeys[] = {
    {kKeyLeft, Action::left, ""},
    {'h', Action::left, ""},
    {kKeyRight, Action::right, ""},
    {'l', Action::right, "scroll sideways"},
    {'/', Action::search, "search", "search"},
    {function_key(3), Action::search, ""},
    {'n', Action::search_next, ""},
    {'N', Action::search_previous, "next or previous match"},
    {'M', Action::mask, "names, numbers and addresses replaced on the screen, or not"},
    {'?', Action::help, ""},
    {function_key(1), Action::help, "this help"},
    {'q', Action::back, ""},
    {kKeyEscape, Action::back, "back to where you were", "back"},
};
// `own` first, then those above whose keys are not taken.
KeyTable with_text_keys(KeyTable own);

}  // namespace sipladder
