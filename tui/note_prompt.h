// The prompt for the note of a call or a message. The note is kept in memory and saved beside the
// capture.
#pragma once

#include <string>

#include "tui/line_edit.h"
#include "tui/view.h"

namespace sipladder {

class NotePrompt {
 public:
  bool editing() const { return edit_.active(); }
  std::string prompt() const { return edit_.prompt(); }
  // Begins with the present note. The last row then says what became of it. All functions take the
  // session's lock.
  void begin(const Shared& shared, CallId call);
  void begin(const Shared& shared, MessageId message);
  void type(Key key, const Shared& shared);

 private:
  LineEdit edit_;
  void begin_with(const Shared& shared, std::string key);
  std::string key_;  // of Notes
};

// Sets or removes a bookmark, which is a star at the beginning of the note.
void toggle_bookmark(const Shared& shared, CallId call);
void toggle_bookmark(const Shared& shared, MessageId message);
// The note of a message; empty when it has none. With the lock held.
std::string note_of(const Shared& shared, MessageId message);

}  // namespace sipladder
