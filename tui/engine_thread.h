// The thread that reads packets while the UI draws.
#pragma once

#include <atomic>
#include <thread>

#include "query/session.h"

namespace sipladder {

class EngineThread {
 public:
  // `live`: verdicts are shown while packets come, because few packets come at a time. `session`
  // must outlive this object.
  EngineThread(Session& session, bool live);
  ~EngineThread();  // stops the session and waits
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

  bool ended() const { return ended_; }  // all was read and judged, or the session was stopped

  // Findings may be shown: computing them is cheap now.
  std::atomic<bool> verdicts{false};
  // Set from any thread. A pause of a live capture is a gap in it: packets that come meanwhile are
  // lost.
  std::atomic<bool> paused{false};
  std::atomic<bool> enough{false};  // no more packets are read; what was read is judged

 private:
  void run();

  Session& session_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace sipladder
