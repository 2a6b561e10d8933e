#include "tui/help_view.h"

#include <fmt/format.h>

namespace sipladder {

HelpView::HelpView(const Screen& about) : title_("Keys of the " + about.name()) {
  std::string names;
  for (const KeyBinding& binding : about.keys()) {
    names += (names.empty() ? "" : ", ") + key_name(binding.key);
    if (binding.help.empty()) continue;
    rows_.push_back({std::move(names), std::string(binding.help)});
    names.clear();
  }
}

void HelpView::refresh(int width, int height) {
  constexpr int kNames = 2, kWords = 21, kLeastForBoth = 50;  // columns
  if (width != width_) {
    width_ = width;
    std::vector<CellLine> lines;
    for (const Row& row : rows_) {
      const std::u32string names = safe_text(row.keys);
      const bool beside = width >= kLeastForBoth && kNames + text_width(names) < kWords;
      const size_t first = lines.size();
      if (!beside) lines.emplace_back();
      add_wrapped(&lines, row.words, width, width < kLeastForBoth ? 2 * kNames : kWords);
      if (lines.size() > first) put_text(&lines[first], kNames, names);
    }
    pane_.set(std::move(lines));
  }
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
