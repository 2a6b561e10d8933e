#include "tui/text_pane.h"

#include <algorithm>

#include "export/wrap.h"

namespace sipladder {

void TextPane::draw(Canvas& canvas, int y) const {
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    const int row = y + static_cast<int>(i - cursor_.top);
    canvas.line(0, row, lines_[i], skip_);
    if (i == cursor_.selected) canvas.reverse_row(row);
  }
}

void TextPane::find(bool forward) {
  search_.run(
      forward, [this](size_t row) { return search_.in(to_utf8(lines_[row])); }, &cursor_);
}

// Whether the line is the first of several consecutive problem lines.
bool TextPane::begins_problem(size_t line) const {
  return is_problem_ && is_problem_(lines_[line]) && (line == 0 || !is_problem_(lines_[line - 1]));
}

void TextPane::step_problem(bool forward) {
  const size_t count = lines_.size();
  size_t line = cursor_.selected;
  for (size_t i = 0; i < count; i++) {
    line = forward ? (line + 1) % count : (line + count - 1) % count;
    if (begins_problem(line)) return cursor_.select(line);
  }
  no_problem_ = true;
}

Reply TextPane::type(Key key) {
  if (search_.type(key)) find(true);
  return {};
}

bool TextPane::act(Action action) {
  no_problem_ = false;
  if (cursor_.move(action)) return true;
  switch (action) {
    case Action::left:
      skip_ = std::max(0, skip_ - 8);
      return true;
    case Action::right:
      skip_ += 8;
      return true;
    case Action::next_problem:
    case Action::previous_problem:
      step_problem(action == Action::next_problem);
      return true;
    case Action::search:
    case Action::search_next:
    case Action::search_previous:
      search_.act(action, [this](bool forward) { find(forward); });
      return true;
    default:
      return false;
  }
}

void add_lines(std::vector<CellLine>* lines, std::string_view text, Ink ink) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines->emplace_back();
    put_text(&lines->back(), 0, safe_text(text.substr(0, end)), ink);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void add_wrapped(std::vector<CellLine>* lines, std::string_view text, int width, int indent,
                 Ink ink) {
  for (const std::u32string& words :
       wrap_words(safe_text(text), std::max(1, width - indent), true)) {
    lines->emplace_back();
    put_text(&lines->back(), indent, words, ink);
  }
}

Ink first_ink(const CellLine& line) {
  return line.empty() ? Ink::plain : line.front().ink;
}

KeyTable with_text_keys(KeyTable own) {
  const size_t mine = own.size();
  const KeyTable shared =
      with_movement_keys({}, KeyTable(std::begin(kTextKeys), std::end(kTextKeys)));
  for (const KeyBinding& binding : shared) {
    const bool taken = std::any_of(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(mine),
                                   [&](const KeyBinding& one) { return one.key == binding.key; });
    if (!taken) own.push_back(binding);
  }
  return own;
}

}  // namespace sipladder
