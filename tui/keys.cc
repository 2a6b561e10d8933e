#include "tui/keys.h"

#include <array>

#include "export/cells.h"

namespace sipladder {

Action action_of(const KeyTable& table, Key key) {
  for (const KeyBinding& binding : table) {
    if (binding.key == key) return binding.action;
  }
  return Action::none;
}

std::string key_name(Key key) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "",     "none", "Up",  "Down",  "Left", "Right",     "PgUp",
      "PgDn", "Home", "End", "Enter", "Esc",  "Backspace", "resize"};
  if (key < 0 && -key < static_cast<Key>(kNames.size())) {
    return std::string(kNames[static_cast<size_t>(-key)]);
  }
  std::string out;
  if (key == ' ') return "Space";
  append_utf8(&out, static_cast<char32_t>(key));
  return out;
}

}  // namespace sipladder
