#include "tui/engine_thread.h"

#include <chrono>
#include <mutex>

namespace sipladder {

EngineThread::EngineThread(Session& session, bool live)
    : verdicts(live), session_(session), thread_([this] { run(); }) {}

EngineThread::~EngineThread() {
  session_.stop = true;
  session_.model.cancellation.request();
  thread_.join();
}

void EngineThread::run() {
  constexpr auto kPause = std::chrono::milliseconds(50);
  while (!session_.stop && !enough) {
    if (paused) {
      std::this_thread::sleep_for(kPause);
    } else if (!session_.step()) {
      break;
    }
  }
  if (!session_.stop) {
    // Analysing all calls of a large capture takes long. The UI draws its old rows meanwhile.
    const std::lock_guard lock(session_.lock);
    if (enough) session_.close();
    session_.analyst.media().update();
    session_.analyst.all();
  }
  verdicts = true;
  ended_ = true;
}

}  // namespace sipladder
