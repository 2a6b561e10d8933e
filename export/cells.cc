#include "export/cells.h"

#include <array>

#include "query/escape.h"

namespace sipladder {
namespace {

constexpr char32_t kMasked = U'·';

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
  const std::string escaped = terminal_text(utf8);
  std::string_view rest = escaped;
  std::u32string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    const Character c = first_character(rest);
    out.push_back(char_width(c.code) == 0 ? kMasked : c.code);
    rest.remove_prefix(c.size);
  }
  return out;
}

std::string safe_utf8(std::string_view utf8, bool lines) {
  std::string out;
  while (true) {
    const size_t end = lines ? utf8.find('\n') : std::string_view::npos;
    std::string_view line = utf8.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    for (const char32_t c : safe_text(line)) append_utf8(&out, c);
    if (end == std::string_view::npos) return out;
    out += '\n';
    utf8.remove_prefix(end + 1);
  }
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
