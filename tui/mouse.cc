#include "tui/mouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sipladder {
namespace {

constexpr Key kFirstMouseKey = INT32_MIN;
constexpr int kPlaceBits = 12;
constexpr Key kPlaceMask = (1 << kPlaceBits) - 1;
constexpr std::string_view kMouseNames[] = {"Click", "DoubleClick", "Release", "WheelUp",
                                            "WheelDown"};
constexpr Key kMouseEnd = kFirstMouseKey + (Key{std::size(kMouseNames)} << 2 * kPlaceBits);

}  // namespace

Key mouse_key(const MouseEvent& event) {
  const Key x = std::clamp(event.x, 0, kPlaceMask), y = std::clamp(event.y, 0, kPlaceMask);
  return kFirstMouseKey + (static_cast<Key>(event.kind) << 2 * kPlaceBits) + (y << kPlaceBits) + x;
}

std::optional<MouseEvent> mouse_event(Key key) {
  if (key >= kMouseEnd) return std::nullopt;
  const Key bits = key - kFirstMouseKey;
  return MouseEvent{static_cast<MouseKind>(bits >> 2 * kPlaceBits), bits & kPlaceMask,
                    bits >> kPlaceBits & kPlaceMask};
}

std::optional<Key> mouse_key_called(std::string_view word) {
  const size_t at = std::min(word.find('@'), word.size());
  const auto* const name =
      std::find(std::begin(kMouseNames), std::end(kMouseNames), word.substr(0, at));
  if (name == std::end(kMouseNames) || at == word.size()) return std::nullopt;
  MouseEvent event;
  event.kind = static_cast<MouseKind>(name - std::begin(kMouseNames));
  const char* const end = word.data() + word.size();
  const auto x = std::from_chars(word.data() + at + 1, end, event.x);
  if (x.ec != std::errc() || x.ptr == end || *x.ptr != ',') return std::nullopt;
  const auto y = std::from_chars(x.ptr + 1, end, event.y);
  if (y.ec != std::errc() || y.ptr != end || event.x < 0 || event.y < 0) return std::nullopt;
  return mouse_key(event);
}

std::string mouse_name(const MouseEvent& event) {
  return fmt::format("{}@{},{}", kMouseNames[static_cast<size_t>(event.kind)], event.x, event.y);
}

}  // namespace sipladder
