#include "tui/engine_thread.h"

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
  while (!session_.stop && session_.step()) {
  }
  if (!session_.stop) {
    // Binding all media at once takes long for a large capture; the UI draws its old rows
    // meanwhile.
    const std::lock_guard lock(session_.lock);
    session_.analyst.media().update();
    session_.analyst.all();
  }
  verdicts = true;
  ended_ = true;
}

}  // namespace sipladder
