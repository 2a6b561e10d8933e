// Where the lifelines of a text ladder stand, and what is written at its arrows. Widths are in
// columns of the screen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/model/cancellation.h"
#include "export/cells.h"
#include "export/ladder.h"

namespace sipladder {

// From this many columns between two lifelines on, labels can be read.
inline constexpr int kReadableSpacing = 14;

// The moment that times count from, and its name above the column of times.
struct LadderZero {
  int64_t time_ns = 0;
  std::string name;
};

struct LadderTextOptions {
  int width = 0;  // columns to fit into; 0: as wide as the labels want
  // True: no line is wider than `width`, however narrow the columns become. False: columns stay at
  // least kReadableSpacing wide, and a ladder of many hosts becomes wider than `width`.
  bool exact = false;
  // True: a label that does not fit its arrow is written uncut on a line of its own above it.
  bool label_lines = false;
  bool unbroken = false;  // a word of a message that is wider than `width` is not broken
  bool frames = true;     // frame numbers on the left
  bool utc = false;
  std::optional<LadderZero> zero;  // nullopt: times of the day
  bool pauses_only = false;        // no column of times, only that of the time since the last row
  bool color = false;
  bool ascii = false;
  // When given, drawing ends early once this is requested. It must outlive the drawing.
  const Cancellation* cancellation = nullptr;
};

struct LadderLayout {
  // Widths of the columns on the left, each with the space after it; 0: left out.
  int frame = 0;
  int time = 0;
  int delta = 0;
  int first = 0;      // x of the first lifeline
  int spacing = 0;    // between two lifelines
  std::string times;  // the heading above the times
  int left() const { return frame + time + delta; }
  int x_of(uint32_t column) const { return first + static_cast<int>(column) * spacing; }
};
LadderLayout layout_ladder(const Ladder& ladder, const LadderTextOptions& options);

// "12", or "2:12" in a ladder of several files; empty when the row has no frame.
std::string frame_text(const Ladder& ladder, const LadderRow& row);

// The label of the row's arrow.
std::u32string row_label(const LadderRow& row, bool ascii);
// The label in at most `room` columns. It is cut before its tail (LadderRow::tail), which stays.
std::u32string fit_row_label(const LadderRow& row, int room, bool ascii);
// How many columns the row's arrow leaves for its label and ports.
int room_of(const LadderRow& row, const LadderLayout& layout);
bool wants_label_line(const LadderRow& row, const LadderLayout& layout,
                      const LadderTextOptions& options);

// The ports at the ends of an arrow. Empty where the port is the one that the heading of the column
// names.
struct ArrowPorts {
  std::string from, to;
  int width() const { return static_cast<int>(from.size() + to.size()); }
};
ArrowPorts ports_of(const LadderRow& row);

// Name, address and port of a host, in this order, in lines of at most `width` columns.
std::vector<std::u32string> name_lines(const Participant& participant, int width);

// Columns of an arrow beside its label: a dash before the label, a dash and the head behind it, and
// the lifeline.
inline constexpr int kArrowFrame = 4;

}  // namespace sipladder
