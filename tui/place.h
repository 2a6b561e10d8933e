// A place of the capture that the user names, a frame or a time, and the prompt in which it is
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

// The place that "17", "2:17" (frame 17 of the second file), "+1.5" (seconds from the beginning),
// "12:03" or "12:03:05.25" (the first such time in the capture), or an RFC 3339 time means.
struct Place {
  uint32_t frame = 0;              // 0: the place is a time
  std::optional<uint16_t> source;  // 0-based, of `frame`; nullopt: any source
  int64_t time_ns = 0;
  std::string error;  // a sentence when the text was not understood
};
struct PlaceContext {
  int64_t begin_ns = 0;  // of the capture
  bool utc = false;      // times without a zone are UTC, else local
  size_t sources = 1;    // with several, "2:17" is a frame and no time
};
PlaceContext place_context(const Shared& shared);  // with the lock held
Place understand_place(std::string_view text, const PlaceContext& context);

// Frame and time of a row.
struct RowPlace {
  int64_t time_ns = 0;  // 0: not known
  uint32_t frame = 0;   // 0: not known
  uint16_t source = 0;
};
// The row with that frame, else the first row after it; for a time, the first row from that time
// on. Nullopt: all rows are before the place.
std::optional<size_t> row_at(const Place& place, size_t rows,
                             const std::function<RowPlace(size_t)>& place_of);

// "frame 17", "that time".
std::string place_words(const Place& place);

class PlacePrompt {
 public:
  bool editing() const { return edit_.active(); }
  std::string prompt() const { return edit_.prompt(); }
  void begin();
  // Only while editing. Returns a place when Enter was pressed on one. The last row shows mistakes.
  std::optional<Place> type(Key key, const Shared& shared);

 private:
  LineEdit edit_;
};

}  // namespace sipladder
