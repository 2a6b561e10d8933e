// The terminal UI over one session.
#pragma once

#include "query/session.h"
#include "tui/list_view.h"

namespace sipladder {

struct TuiOptions {
  bool live = false;
  bool utc = false;
  bool calls_only = false;
  ListChoice list;
  std::vector<Key> keys;  // pressed before any key of the user (--keys)
  std::shared_ptr<Ui> ui = std::make_shared<Ui>();
};

// A sentence why the terminal on standard output cannot show the UI; empty: it can.
std::string unusable_terminal();

// Runs the session on a thread of its own and the UI on this one, until the user leaves or somebody
// else sets Session::stop. Returns the exit status. Needs a terminal on standard output; keys come
// from /dev/tty when standard input is a capture. At the end a summary line is printed, which stays
// in the terminal.
int run_tui(Session& session, const TuiOptions& options);

}  // namespace sipladder
