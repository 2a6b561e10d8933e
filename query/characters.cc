#include "query/characters.h"

#include <algorithm>
#include <iterator>

#include "query/char_ranges.h"

namespace sipladder {
namespace {

template <size_t N>
bool is_among(char32_t c, const CodeRange (&ranges)[N]) {
  const CodeRange* const end = std::end(ranges);
  const CodeRange* const range = std::lower_bound(
      std::begin(ranges), end, c, [](const CodeRange& r, char32_t code) { return r.last < code; });
  return range != end && range->first <= c;
}

}  // namespace

Character first_character(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t c = lead & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    c = c << 6 | (byte(i) & 0x3FU);
  }
  static constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = c >= 0xD800 && c < 0xE000;
  if (c < kSmallest[size] || c > 0x10FFFF || surrogate) return {};
  return {c, static_cast<uint8_t>(size), true};
}

bool is_hidden(char32_t c) {
  if (c < 0x7F) return c < 0x20;
  return (c & 0xFFFE) == 0xFFFE || c >= 0xE0000 || is_among(c, kHidden);
}

int char_width(char32_t c) {
  if (c < 0x300) return 1;
  if (is_among(c, kCombining)) return 0;
  return is_among(c, kWide) ? 2 : 1;
}

size_t text_width(std::string_view utf8) {
  if (is_printable_ascii(utf8)) return utf8.size();
  size_t width = 0;
  while (!utf8.empty()) {
    const Character c = first_character(utf8);
    width += c.is_utf8 ? static_cast<size_t>(char_width(c.code)) : 1;
    utf8.remove_prefix(c.size);
  }
  return width;
}

bool is_printable_ascii(std::string_view text) {
  bool all = true;
  for (const char c : text) all &= c >= 0x20 && c < 0x7F;
  return all;
}

void append_utf8(std::string* out, char32_t c) {
  const auto push = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xC0 | c >> 6);
    push(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    push(0xE0 | c >> 12);
    push(0x80 | (c >> 6 & 0x3F));
    push(0x80 | (c & 0x3F));
  } else {
    push(0xF0 | c >> 18);
    push(0x80 | (c >> 12 & 0x3F));
    push(0x80 | (c >> 6 & 0x3F));
    push(0x80 | (c & 0x3F));
  }
}

}  // namespace sipladder
