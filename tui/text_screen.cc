#include "tui/text_screen.h"

#include <utility>

namespace sipladder {

TextScreen::TextScreen(const Shared& shared, Text text) : ui_(shared.ui), text_(std::move(text)) {
  KeyTable own;
  if (text_.open) own.push_back({kKeyEnter, Action::open, text_.open_help, "open"});
  if (!text_.problems.empty()) {
    pane_.set_problems(text_.is_problem);
    next_help_ = "next " + text_.problems;
    both_help_ = "the next or previous " + text_.problems;
    own.push_back({'e', Action::next_problem, "", next_help_});
    own.push_back({'E', Action::previous_problem, both_help_});
  }
  keys_ = with_text_keys(std::move(own));
}

void TextScreen::refresh(int width, int height) {
  if (width != made_for_ || ui_->look != made_look_) {
    pane_.set(text_.lines(width));
    made_for_ = width;
    made_look_ = ui_->look;
  }
  pane_.fit(height);
}

Reply TextScreen::act(Action action) {
  if (action == Action::open && text_.open) return text_.open(pane_.selected());
  pane_.act(action);
  return {};
}

}  // namespace sipladder
