// Handles SIGHUP, SIGINT and SIGTERM. The first signal stops reading, and what was read is shown;
// an answer that takes longer than 0.6 s then is cancelled. After cancel_at_once() the first signal
// cancels it at once. A second signal ends the program.
//
// Signals within a tenth of a second count as one, because timeout(1) and closing terminals send
// two. When the program was started with SIGHUP ignored (nohup), it stays ignored.
#pragma once

#include "query/session.h"

namespace sipladder {

// Only one object may exist at a time. `session` must outlive it.
class EndSignals {
 public:
  // `at_once` is called in the signal handler before the program ends, so it may only call what is
  // safe there. Null: nothing to do.
  EndSignals(Session& session, void (*at_once)());
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  // What was read is stored elsewhere: after the first signal that takes the time it needs.
  void take_time();
  // All has been read: from now on the first signal cancels the question that is being answered.
  void cancel_at_once();
};

}  // namespace sipladder
