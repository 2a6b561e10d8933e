// Two messages, line by line: what they share, what only one has.
#pragma once

#include "tui/text_screen.h"

namespace sipladder {

class DiffView : public TextScreen {
 public:
  DiffView(const Shared& shared, MessageId first, MessageId second);
};

// Lines aligned: "  " in both, "- " in the first one only, "+ " in the second one only.
std::vector<CellLine> diff_lines(const std::vector<std::string>& first,
                                 const std::vector<std::string>& second);

}  // namespace sipladder
