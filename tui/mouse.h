// Mouse events as keys: so they wait in the same queue, and can be written in a script of keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tui/keys.h"

namespace sipladder {

enum class MouseKind : uint8_t { click, double_click, release, wheel_up, wheel_down };

struct MouseEvent {
  MouseKind kind = MouseKind::click;
  int x = 0, y = 0;  // column and row of the terminal, from 0; 4095 at most
};

Key mouse_key(const MouseEvent& event);
std::optional<MouseEvent> mouse_event(Key key);  // nullopt: the key is no mouse event

// "Click@10,5", "DoubleClick@10,5", "Release@10,5", "WheelUp@10,5", "WheelDown@10,5".
std::optional<Key> mouse_key_called(std::string_view word);
std::string mouse_name(const MouseEvent& event);

}  // namespace sipladder
