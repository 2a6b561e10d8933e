#include "export/text_block.h"

#include <algorithm>

#include "export/wrap.h"

namespace sipladder {

void TextBlock::add(int indent, std::string_view label, std::string_view text, Ink ink) {
  if (text.empty()) return;
  const int hanging = indent + (label.empty() ? 0 : style_.label);
  const int room = style_.width > 0 ? std::max(10, style_.width - hanging) : 0;
  bool first = true;
  for (const std::u32string& words : wrap_words(safe_text(text), room, false)) {
    CellLine line;
    if (first) put_text(&line, indent, safe_text(label), Ink::dim);
    put_text(&line, hanging, words, ink);
    out_ += to_utf8(line, style_.color) + "\n";
    first = false;
  }
}

}  // namespace sipladder
