// The thread that reads packets while the UI draws.
#pragma once

#include <atomic>
#include <thread>

#include "query/session.h"

namespace sipladder {

class EngineThread {
 public:
  // `live`: verdicts are shown while packets come, since few come at a time.
  EngineThread(Session& session, bool live);
  ~EngineThread();  // stops the session and waits
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

  bool ended() const { return ended_; }

  std::atomic<bool> verdicts{false};

 private:
  void run();

  Session& session_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace sipladder
