// Text for people: sentences with labels before them, broken between words.
#pragma once

#include <string>
#include <string_view>

#include "export/cells.h"

namespace sipladder {

struct TextBlockStyle {
  int width = 0;  // columns; 0: no line is broken
  bool color = false;
  int label = 6;  // columns that a label takes
};

class TextBlock {
 public:
  explicit TextBlock(const TextBlockStyle& style) : style_(style) {}

  // Adds a label at column `indent` and the text behind it; all lines of the text begin in the same
  // column. An empty text adds no line.
  void add(int indent, std::string_view label, std::string_view text, Ink ink = Ink::plain);
  std::string take() { return std::move(out_); }

 private:
  TextBlockStyle style_;
  std::string out_;
};

}  // namespace sipladder
