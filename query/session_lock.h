// The lock of a session, between the thread that reads packets and a thread that draws or answers
// questions. The one that draws goes first. This is needed because the reader takes the lock for
// batch after batch, and std::mutex favours the thread that has just released it.
//
// Threads: any. unlock() may be called by another thread than lock(). It cannot be taken twice by
// one thread.
#pragma once

#include <chrono>

#include "capture/mutex.h"

namespace sipladder {

class SessionLock {
 public:
  // For the reader: waits while somebody draws, or waits to draw.
  void lock() {
    const MutexLock guard(mutex_);
    while (taken_ || drawers_ != 0) free_.wait(mutex_);
    taken_ = true;
  }
  // For a thread that draws: takes the lock before the reader's next batch. False, and not taken,
  // when the present batch takes longer than `patience`.
  bool lock_to_draw(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    const MutexLock guard(mutex_);
    drawers_++;
    while (taken_ && free_.wait_until(mutex_, until)) continue;
    return begin_to_draw(!taken_);
  }
  // Likewise, but waits as long as it takes.
  void lock_to_draw() {
    const MutexLock guard(mutex_);
    drawers_++;
    while (taken_) free_.wait(mutex_);
    begin_to_draw(true);
  }
  void unlock() {
    {
      const MutexLock guard(mutex_);
      taken_ = false;
    }
    free_.tell();
  }

 private:
  bool begin_to_draw(bool mine) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    drawers_--;
    if (mine) taken_ = true;
    if (!mine) free_.tell();  // the reader need not wait for this thread any more
    return mine;
  }

  Mutex mutex_;
  Changed free_;
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;
  int drawers_ ABSL_GUARDED_BY(mutex_) = 0;  // that wait
};

}  // namespace sipladder
