#include "tui/help_view.h"

#include <fmt/format.h>

namespace sipladder {

HelpView::HelpView(const Screen& about) : title_("Keys of the " + about.name()) {
  std::string names;
  const KeyTable& table = about.keys();
  for (size_t i = 0; i < table.size(); i++) {
    names += (names.empty() ? "" : ", ") + key_name(table[i].key);
    if (table[i].help.empty()) continue;
    lines_.push_back(fmt::format("  {:<18} {}", names, table[i].help));
    names.clear();
  }
}

void HelpView::refresh(int, int height) {
  cursor_.fit(lines_.size(), static_cast<size_t>(std::max(1, height - 3)));
}

void HelpView::draw(Canvas& canvas) const {
  canvas.text(0, 0, title_, Ink::bold);
  canvas.reverse_row(0);
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    canvas.text(0, static_cast<int>(i - cursor_.top) + 2, lines_[i]);
  }
}

Reply HelpView::handle(Key key) {
  const Action action = action_of(keys(), key);
  if (action == Action::back) return {Reply::Kind::back, nullptr};
  cursor_.move(action);
  return {};
}

const KeyTable& HelpView::keys() const {
  static const KeyTable kKeys = {
      {kKeyUp, Action::up, ""},      {kKeyDown, Action::down, "scroll"},
      {'q', Action::back, ""},       {'?', Action::back, ""},
      {kKeyEnter, Action::back, ""}, {kKeyEscape, Action::back, "close the help"},
  };
  return kKeys;
}

}  // namespace sipladder
