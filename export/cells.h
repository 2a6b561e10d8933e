// Text as cells of a terminal: one code point and its ink per column. Text from the network passes
// through safe_text(), so that no control or bidirectional character of it ever reaches a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/characters.h"

namespace sipladder {

// What a cell means; the renderer chooses the colour. txn0..txn5 are told apart, no more.
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

// Code points that are safe to print and fill a cell: what terminal_text() escapes is escaped, and
// what is drawn over the character before becomes '·'.
std::u32string safe_text(std::string_view utf8);
// The same as UTF-8; line feeds are kept when `lines`.
std::string safe_utf8(std::string_view utf8, bool lines = false);

int text_width(std::u32string_view text);

// At most `width` columns of `text`, the cut shown by '…' ('~' in ASCII).
std::u32string fit_text(std::u32string_view text, int width, bool ascii = false);

// Writes at column `x`, growing the line as needed; negative columns are left out.
void put_text(CellLine* line, int x, std::u32string_view text, Ink ink = Ink::plain);
void put_char(CellLine* line, int x, char32_t c, Ink ink = Ink::plain);

// Without trailing spaces; with ANSI colours when `color`.
std::string to_utf8(const CellLine& line, bool color = false);

}  // namespace sipladder
