// Text as cells of a terminal: a code point and an ink for each column. Text from the network
// passes through safe_text(), so that none of its control or bidirectional characters reaches a
// terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/characters.h"

namespace sipladder {

// What a cell means; the renderer chooses the colour. txn0 to txn5 have no meaning of their own:
// their colours only tell one transaction from the next.
enum class Ink : uint8_t {
  plain,
  dim,
  bold,
  error,
  warning,
  info,
  good,
  media,
  header,
  txn0,
  txn1,
  txn2,
  txn3,
  txn4,
  txn5,
};
inline constexpr uint32_t kTxnInks = 6;

struct Cell {
  char32_t ch = U' ';  // 0: the right half of a wide character
  Ink ink = Ink::plain;
  bool reverse = false;
};
using CellLine = std::vector<Cell>;

// Code points that are safe to print and fill at least one cell each: what terminal_text() escapes
// is escaped, and a character without a width of its own (a combining accent) becomes '·'.
std::u32string safe_text(std::string_view utf8);
// The same as UTF-8. With `lines`, line feeds stay and the carriage return before each is dropped.
std::string safe_utf8(std::string_view utf8, bool lines = false);

int text_width(std::u32string_view text);  // columns

// At most `width` columns of `text`. Where it is cut stands '…' ('~' in ASCII).
std::u32string fit_text(std::u32string_view text, int width, bool ascii = false);

// Writes at column `x`, growing the line as needed; negative columns are left out.
void put_text(CellLine* line, int x, std::u32string_view text, Ink ink = Ink::plain);
void put_char(CellLine* line, int x, char32_t c, Ink ink = Ink::plain);

// The line without trailing spaces; with ANSI colours when `color`.
std::string to_utf8(const CellLine& line, bool color = false);

}  // namespace sipladder
