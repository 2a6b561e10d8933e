// A view of two messages, line by line: which lines both have, and which only one has.
#pragma once

#include "tui/text_screen.h"

namespace sipladder {

class DiffView : public TextScreen {
 public:
  DiffView(const Shared& shared, MessageId first, MessageId second);
};

// The lines of both texts in one order, each behind a mark: "  " in both, "- " only in the first,
// "+ " only in the second.
std::vector<CellLine> diff_lines(const std::vector<std::string>& first,
                                 const std::vector<std::string>& second);

}  // namespace sipladder
