#include "tui/engine_thread.h"

#include <chrono>

namespace sipladder {

EngineThread::EngineThread(Session& session, bool live)
    : verdicts(live), session_(session), thread_([this] { run(); }) {}

EngineThread::~EngineThread() {
  session_.stop = true;
  session_.model.cancellation.request();
  thread_.join();
}

// std::mutex favours the thread that has just let it go: without this the UI would wait for many
// batches.
void EngineThread::give_way() const {
  for (int i = 0; want_lock && i < 100; i++) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

void EngineThread::run() {
  while (!session_.stop && session_.step()) give_way();
  if (!session_.stop) {
    // Binding all media at once takes long for a large capture; the UI draws its old rows
    // meanwhile.
    const std::lock_guard lock(session_.mutex);
    session_.analyst.media().update();
    session_.analyst.all();
  }
  verdicts = true;
  ended_ = true;
}

}  // namespace sipladder
