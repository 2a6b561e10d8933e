// Keys as the views see them, and the table each view describes its keys with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

using Key = int32_t;  // a code point, or one of these
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

// What a view can be asked to do. Each view's table says which keys ask for it.
enum class Action : uint8_t {
  none,
  up,
  down,
  left,
  right,
  page_up,
  page_down,
  first,
  last,
  open,
  back,
  help,
  search,
  search_next,
  search_previous,
  calls_only,
  findings,
  rtp,
  sdp,
  to_request,
  to_original,
  to_hop,
  other_leg,
  next_item,
  previous_item,
};

struct KeyBinding {
  Key key;
  Action action;
  std::string_view help;  // empty: another key of the same action explains it
};
using KeyTable = std::vector<KeyBinding>;

Action action_of(const KeyTable& table, Key key);
std::string key_name(Key key);

}  // namespace sipladder
