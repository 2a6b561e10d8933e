// SIGHUP, SIGINT and SIGTERM. The first asks the session to stop, and what there is gets shown: a
// question that takes longer than the rest of a second is cancelled, one that is being answered
// already at once. A second one ends the program at once. Those that come within a tenth of a
// second are one: timeout(1) and terminals that are closed send two. Who starts the program with
// SIGHUP ignored (nohup) keeps it so.
#pragma once

#include "query/session.h"

namespace sipladder {

// There is one at a time.
class EndSignals {
 public:
  // `at_once` may do what a signal handler may, before the program ends; null: nothing to do.
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
