#include "export/cells.h"

#include <array>

namespace sipladder {
namespace {

constexpr char32_t kMasked = U'·';

struct Range {
  char32_t first, last;
};

template <size_t N>
bool in_ranges(char32_t c, const std::array<Range, N>& ranges) {
  for (const Range& range : ranges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

// Control, combining, invisible and direction-changing characters: they break columns or mislead
// the reader.
bool is_unsafe(char32_t c) {
  static constexpr std::array<Range, 18> kUnsafe = {{{0, 0x1F},
                                                     {0x7F, 0x9F},
                                                     {0xAD, 0xAD},
                                                     {0x300, 0x36F},
                                                     {0x61C, 0x61C},
                                                     {0x115F, 0x1160},
                                                     {0x180B, 0x180F},
                                                     {0x1AB0, 0x1AFF},
                                                     {0x200B, 0x200F},
                                                     {0x2028, 0x202E},
                                                     {0x2060, 0x206F},
                                                     {0x20D0, 0x20FF},
                                                     {0xD800, 0xF8FF},
                                                     {0xFE00, 0xFE0F},
                                                     {0xFE20, 0xFE2F},
                                                     {0xFEFF, 0xFEFF},
                                                     {0xFFF0, 0xFFFF},
                                                     {0xE0000, 0x10FFFF}}};
  return in_ranges(c, kUnsafe);
}

bool is_continuation(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
}

// Takes one code point off the front; kMasked and one byte where it is not UTF-8.
char32_t take_char(std::string_view* rest) {
  const uint8_t lead = static_cast<uint8_t>(rest->front());
  const size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  bool valid = lead < 0x80 || (lead >= 0xC2 && lead <= 0xF4 && rest->size() >= size);
  for (size_t i = 1; valid && i < size; i++) valid = is_continuation((*rest)[i]);
  if (!valid) {
    rest->remove_prefix(1);
    return kMasked;
  }
  char32_t c = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; i++) c = c << 6 | (static_cast<uint8_t>((*rest)[i]) & 0x3FU);
  rest->remove_prefix(size);
  static constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  return c < kSmallest[size] || c > 0x10FFFF ? kMasked : c;
}

std::string_view ansi_of(Ink ink) {
  static constexpr std::array<std::string_view, 15> kCodes = {
      "0",   "0;2",  "0;1",  "0;31", "0;33", "0;36", "0;32", "0;35",
      "0;1", "0;32", "0;33", "0;36", "0;35", "0;34", "0;31"};
  return kCodes[static_cast<size_t>(ink)];
}

void reserve_cells(CellLine* line, int size) {
  if (static_cast<int>(line->size()) < size) line->resize(static_cast<size_t>(size));
}

}  // namespace

std::u32string safe_text(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const char32_t c = take_char(&utf8);
    out.push_back(is_unsafe(c) ? kMasked : c);
  }
  return out;
}

std::string safe_utf8(std::string_view utf8, bool lines) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const char32_t c = take_char(&utf8);
    if (lines && (c == U'\n' || (c == U'\r' && !utf8.empty() && utf8.front() == '\n'))) {
      if (c == U'\n') out.push_back('\n');
      continue;
    }
    append_utf8(&out, is_unsafe(c) ? kMasked : c);
  }
  return out;
}

int char_width(char32_t c) {
  static constexpr std::array<Range, 11> kWide = {{{0x1100, 0x115F},
                                                   {0x2E80, 0xA4CF},
                                                   {0xAC00, 0xD7A3},
                                                   {0xF900, 0xFAFF},
                                                   {0xFE30, 0xFE6F},
                                                   {0xFF00, 0xFF60},
                                                   {0xFFE0, 0xFFE6},
                                                   {0x1F300, 0x1F64F},
                                                   {0x1F680, 0x1F6FF},
                                                   {0x1F900, 0x1FAFF},
                                                   {0x20000, 0x3FFFD}}};
  return c >= 0x1100 && in_ranges(c, kWide) ? 2 : 1;
}

int text_width(std::u32string_view text) {
  int width = 0;
  for (const char32_t c : text) width += char_width(c);
  return width;
}

std::u32string fit_text(std::u32string_view text, int width, bool ascii) {
  if (width <= 0) return {};
  if (text_width(text) <= width) return std::u32string(text);
  std::u32string out;
  int used = 0;
  for (const char32_t c : text) {
    if (used + char_width(c) > width - 1) break;
    out.push_back(c);
    used += char_width(c);
  }
  out.push_back(ascii ? U'~' : U'…');
  return out;
}

void put_char(CellLine* line, int x, char32_t c, Ink ink) {
  if (x < 0) return;
  const int width = char_width(c);
  reserve_cells(line, x + width);
  const size_t at = static_cast<size_t>(x);
  (*line)[at] = {c, ink, false};
  if (width == 2) (*line)[at + 1] = {0, ink, false};
}

void put_text(CellLine* line, int x, std::u32string_view text, Ink ink) {
  for (const char32_t c : text) {
    put_char(line, x, c, ink);
    x += char_width(c);
  }
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

std::string to_utf8(const CellLine& line, bool color) {
  size_t end = line.size();
  while (end > 0 && line[end - 1].ch == U' ') end--;
  std::string out;
  Ink ink = Ink::plain;
  for (size_t i = 0; i < end; i++) {
    if (line[i].ch == 0) continue;
    if (color && line[i].ink != ink && line[i].ch != U' ') {
      ink = line[i].ink;
      out.append("\x1b[").append(ansi_of(ink)).append("m");
    }
    append_utf8(&out, line[i].ch);
  }
  if (ink != Ink::plain) out.append("\x1b[0m");
  return out;
}

}  // namespace sipladder
