// The rows of a ladder that sngrep shows beside one message: each stands for a message of the same
// call, of which the screen tells method or status, time and ends. What else it had is not known:
// Content-Length says that its body is missing, so that nobody looks for headers in it.
//
// Pure functions. Bounds: those of the rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

struct ScreenRow {
  std::string time, label, src, dst;
  bool repeat = false;  // its arrow says so
};

// Lines of a trace: `shown` in the place of the row `shown_row`, and a message for each other row
// that tells enough.
std::vector<std::string> messages_of_rows(const std::vector<ScreenRow>& rows, size_t shown_row,
                                          const std::vector<std::string>& shown);

}  // namespace sipladder
