// The note of a call, as it is typed: kept with the session, and beside the capture.
#pragma once

#include <string>

#include "tui/line_edit.h"
#include "tui/view.h"

namespace sipladder {

class NotePrompt {
 public:
  bool editing() const { return edit_.active(); }
  std::string prompt() const { return edit_.prompt(); }
  // The note that the call has can be changed. What became of it is said in the last row.
  void begin(const Shared& shared, CallId call);
  void type(Key key, const Shared& shared);

 private:
  LineEdit edit_;
  std::string call_id_;
};

// A bookmark is a star at the beginning of the note: set, or taken away again.
void toggle_bookmark(const Shared& shared, CallId call);

}  // namespace sipladder
