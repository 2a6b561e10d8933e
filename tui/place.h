// A place of the capture that the user names: a frame, or a time. And the line in which it is
// typed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tui/line_edit.h"
#include "tui/view.h"

namespace sipladder {

// What is understood of "17", "2:17" (of the second file), "+1.5" (seconds from the beginning),
// "12:03", "12:03:05.25" (of the first day on which that is) and RFC 3339.
struct Place {
  uint32_t frame = 0;              // 0: a time is named
  std::optional<uint16_t> source;  // 0-based, of `frame`; else any
  int64_t time_ns = 0;
  std::string error;
};
struct PlaceContext {
  int64_t begin_ns = 0;  // of the capture
  bool utc = false;      // times without a zone
  size_t sources = 1;    // with several, "2:17" is no time
};
PlaceContext place_context(const Shared& shared);  // with the lock held
Place understand_place(std::string_view text, const PlaceContext& context);

// Where a row is.
struct RowPlace {
  int64_t time_ns = 0;  // 0: not known
  uint32_t frame = 0;   // likewise
  uint16_t source = 0;
};
// The row with that frame, else the first one after it; or the first one from that time on. Nullopt
// when all are before.
std::optional<size_t> row_at(const Place& place, size_t rows,
                             const std::function<RowPlace(size_t)>& place_of);

// "frame 17", "that time".
std::string place_words(const Place& place);

class PlacePrompt {
 public:
  bool editing() const { return edit_.active(); }
  std::string prompt() const { return edit_.prompt(); }
  void begin();
  // While editing. A place when one was named; a mistake is said in the last row.
  std::optional<Place> type(Key key, const Shared& shared);

 private:
  LineEdit edit_;
};

}  // namespace sipladder
