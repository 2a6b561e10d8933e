// Where the lifelines of a text ladder stand, and what is written at its arrows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/model/cancellation.h"
#include "export/cells.h"
#include "export/ladder.h"

namespace sipladder {

// Columns between two lifelines that labels can be read in.
inline constexpr int kReadableSpacing = 14;

// What times count from, and what it is called.
struct LadderZero {
  int64_t time_ns = 0;
  std::string name;
};

struct LadderTextOptions {
  int width = 0;  // columns to fit into; 0: as wide as the labels want
  // Nothing passes `width`, however narrow the columns become. Else they stay readable, and many
  // hosts make a wider ladder.
  bool exact = false;
  // Where columns are too narrow for their labels, these stand on lines of their own, whole.
  bool label_lines = false;
  bool unbroken = false;  // a word of a message that is wider than all stays whole
  bool frames = true;     // frame numbers on the left
  bool utc = false;
  std::optional<LadderZero> zero;  // else times are those of the day
  bool pauses_only = false;        // no times but those since the row before
  bool color = false;
  bool ascii = false;
  const Cancellation* cancellation = nullptr;  // when given: the ladder ends where it is asked for
};

struct LadderLayout {
  // Columns on the left, each with the space after it; 0: left out.
  int frame = 0;
  int time = 0;
  int delta = 0;
  int first = 0;      // the first lifeline
  int spacing = 0;    // between two lifelines
  std::string times;  // what stands above them
  int left() const { return frame + time + delta; }
  int x_of(uint32_t column) const { return first + static_cast<int>(column) * spacing; }
};
LadderLayout layout_ladder(const Ladder& ladder, const LadderTextOptions& options);

// "12", or "2:12" in a ladder of several files.
std::string frame_text(const Ladder& ladder, const LadderRow& row);

// What stands on the arrow. Where there is not enough room, its end (LadderRow::tail) stays.
std::u32string row_label(const LadderRow& row, bool ascii);
std::u32string fit_row_label(const LadderRow& row, int room, bool ascii);
// What its arrow leaves for it; less than the label wants means a line of its own.
int room_of(const LadderRow& row, const LadderLayout& layout);
bool wants_label_line(const LadderRow& row, const LadderLayout& layout,
                      const LadderTextOptions& options);

// At the ends of an arrow, where the header cannot tell them.
struct ArrowPorts {
  std::string from, to;
  int width() const { return static_cast<int>(from.size() + to.size()); }
};
ArrowPorts ports_of(const LadderRow& row);

// The address of a host in lines of at most `width` columns, its port last.
std::vector<std::u32string> name_lines(const Participant& participant, int width);

// Columns of an arrow beside its label: a dash, a dash and the head, and one more beside the
// lifeline.
inline constexpr int kArrowFrame = 4;

}  // namespace sipladder
