// Lines of text with a cursor, search and scrolling: the common part of all views of text.
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
  // The cursor keeps its line number, as far as there are so many lines.
  void set(std::vector<CellLine> lines) { lines_ = std::move(lines); }
  const std::vector<CellLine>& lines() const { return lines_; }
  // Tells which lines the keys e and E go to.
  void set_problems(std::function<bool(const CellLine&)> is_problem) {
    is_problem_ = std::move(is_problem);
  }
  void fit(int height) { cursor_.fit(lines_.size(), static_cast<size_t>(std::max(1, height))); }
  void rewind() { cursor_ = Cursor{}; }
  void draw(Canvas& canvas, int y) const;

  // True while a search is typed: then all keys go to type().
  bool typing() const { return search_.editing(); }
  Reply type(Key key);
  bool act(Action action);  // moving, scrolling, searching; false: another action
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
  bool no_problem_ = false;  // the last e or E found no line to go to
  Search search_;
};

// Appends the lines of a text, all in one ink.
void add_lines(std::vector<CellLine>* lines, std::string_view text, Ink ink = Ink::plain);
// Appends a text broken between words into lines of at most `width` columns.
void add_wrapped(std::vector<CellLine>* lines, std::string_view text, int width, int indent,
                 Ink ink = Ink::plain);

// The ink of the line's first character.
Ink first_ink(const CellLine& line);

// The keys of all views of text, beside those that move.
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
// `own`, then the keys of kTextKeys that `own` does not have.
KeyTable with_text_keys(KeyTable own);

}  // namespace sipladder
