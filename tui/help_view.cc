#include "tui/help_view.h"

#include <fmt/format.h>

namespace sipladder {

HelpView::HelpView(const Screen& about) : title_("Keys of the " + about.name()) {
  std::string names;
  std::vector<CellLine> lines;
  for (const KeyBinding& binding : about.keys()) {
    names += (names.empty() ? "" : ", ") + key_name(binding.key);
    if (binding.help.empty()) continue;
    lines.emplace_back();
    put_text(&lines.back(), 2, safe_text(fmt::format("{:<18} {}", names, binding.help)));
    names.clear();
  }
  pane_.set(std::move(lines));
}

void HelpView::refresh(int, int height) {
  pane_.fit(height);
}

Reply HelpView::act(Action action) {
  pane_.act(action);
  return {};
}

const KeyTable& HelpView::keys() const {
  static const KeyTable kKeys = with_text_keys({{kKeyEnter, Action::back, ""},
                                                {'?', Action::back, ""},
                                                {function_key(1), Action::back, ""}});
  return kKeys;
}

}  // namespace sipladder
