// The prompt for the note of a call. The note is kept in memory and saved beside the capture.
#pragma once

#include <string>

#include "tui/line_edit.h"
#include "tui/view.h"

namespace sipladder {

class NotePrompt {
 public:
  bool editing() const { return edit_.active(); }
  std::string prompt() const { return edit_.prompt(); }
  // Begins with the present note of the call. The last row then says what became of the note. Both
  // functions take the session's lock.
  void begin(const Shared& shared, CallId call);
  void type(Key key, const Shared& shared);

 private:
  LineEdit edit_;
  std::string call_id_;
};

// Sets or removes the bookmark of a call, which is a star at the beginning of its note.
void toggle_bookmark(const Shared& shared, CallId call);

}  // namespace sipladder
