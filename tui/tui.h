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
};

// Runs the session on a thread of its own and the UI on this one, until the user leaves or
// somebody else sets Session::stop. Returns the exit status. Requires a terminal on standard
// output; keys come from /dev/tty when standard input is a capture.
int run_tui(Session& session, const TuiOptions& options);

}  // namespace sipladder
