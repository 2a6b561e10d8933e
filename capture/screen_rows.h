// The rows of the ladder that sngrep shows beside one message. Each row is a message of the same
// call, of which the screen tells method or status, time and both addresses. The rest of it is
// unknown: the message that is written for it claims a body that is missing (Content-Length), so
// that it counts as cut off.
//
// Pure functions. Bounds: as many messages as there are rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

struct ScreenRow {
  std::string time, label, src, dst;
  bool repeat = false;  // the arrow marks it as a retransmission
};

// Lines of a trace: the message `shown` in the place of the row `shown_row`, and a message made up
// for each other row that tells enough.
std::vector<std::string> messages_of_rows(const std::vector<ScreenRow>& rows, size_t shown_row,
                                          const std::vector<std::string>& shown);

}  // namespace sipladder
