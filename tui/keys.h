// Keys as the views see them, and the table each view describes its keys with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

using Key = int32_t;  // a code point, one of the constants below, or a mouse event (tui/mouse.h)
inline constexpr Key kKeyNone = -1;
inline constexpr Key kKeyUp = -2;
inline constexpr Key kKeyDown = -3;
inline constexpr Key kKeyLeft = -4;
inline constexpr Key kKeyRight = -5;
inline constexpr Key kKeyPageUp = -6;
inline constexpr Key kKeyPageDown = -7;
inline constexpr Key kKeyHome = -8;
inline constexpr Key kKeyEnd = -9;
inline constexpr Key kKeyEnter = -10;
inline constexpr Key kKeyEscape = -11;
inline constexpr Key kKeyBackspace = -12;
inline constexpr Key kKeyResize = -13;
inline constexpr Key kKeyDelete = -14;
inline constexpr Key kKeyBackTab = -15;
inline constexpr Key kKeyTab = '\t';
inline constexpr Key kKeyF0 = -20;  // F1 is kKeyF0 - 1, F12 kKeyF0 - 12
constexpr Key function_key(int number) {
  return kKeyF0 - number;
}
constexpr Key control_key(char letter) {
  return letter - 'a' + 1;
}

// What a view can be asked to do. The key table of each view says which key asks for which action.
enum class Action : uint8_t {
  none,
  up,
  down,
  left,
  right,
  page_up,
  page_down,
  half_up,
  half_down,
  first,
  last,
  open,
  back,
  help,
  search,
  search_next,
  search_previous,
  // Views
  next_view,
  previous_view,
  stats,
  sql,
  settings,
  // Times and places
  go_to,
  time_mode,
  time_mark,
  zone,
  mask,
  note,
  bookmark,
  // Problems
  next_problem,
  previous_problem,
  next_finding,
  whole_finding,
  panel,
  sort_worst,
  // Lists
  select,
  save,
  filter,
  values,
  columns,
  wider_column,
  narrower_column,
  sort_next,
  sort_previous,
  reverse,
  calls_only,
  clear,
  clear_hidden,
  end_reading,
  pause,
  autoscroll,
  all,
  one_way,
  silent,
  failed,
  nat,
  capture,
  // Ladder and message
  extended,
  raw,
  raw_pane,
  wider,
  narrower,
  reset_width,
  sdp,
  only_sdp,
  media,
  compact,
  colors,
  addresses,
  aliases,
  scale_time,
  copy,
  copy_ladder,
  copy_command,
  next_leg,
  parsed,
  to_request,
  to_original,
  to_hop,
  next_item,
  previous_item,
  // Lists of choices
  toggle,
  move_up,
  move_down,
  run_again,
  edit_query,
};

inline constexpr int kWidthStep = 2;  // of Action::wider_column

struct KeyBinding {
  Key key;
  Action action;
  std::string_view help;       // empty: another key of the same action has the text
  std::string_view hint = {};  // a word for the line of hints; empty: the key is not in that line
};
using KeyTable = std::vector<KeyBinding>;

// `first`, then the keys that move in every view, then `rest`. The help keeps this order.
KeyTable with_movement_keys(const KeyTable& first, const KeyTable& rest);

// Action::none: the table does not have the key.
Action action_of(const KeyTable& table, Key key);
std::string key_name(Key key);
// The key of a name as key_name() writes it: "Enter", "F7", "^F", "Space", "Click@10,5"
// (tui/mouse.h) or one character. kKeyNone: no key is called so.
Key key_called(std::string_view name);
// The line of hints, "Enter ladder  f filter  ? help", with as many as fit into `width` columns.
std::string hint_line(const KeyTable& table, int width);
// The key that the line of hints names at column `x`; kKeyNone: none.
Key hint_at(const KeyTable& table, int width, int x);

// A script of keys: words that key_called() takes, and texts in quotes, each character of which is
// a key. A word that begins with '#' begins a comment up to the end of the line.
struct KeyScript {
  std::vector<Key> keys;
  std::string error;  // the first word that is no key; empty: all are
};
KeyScript read_key_script(std::string_view text);

}  // namespace sipladder
