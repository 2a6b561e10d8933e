// The lock of a session, between the thread that reads packets and the one that draws. Who draws
// goes first: the reader takes the lock for batch after batch, and std::mutex favours the thread
// that has just let it go.
//
// Threads: all functions from any, unlock() too. Units: milliseconds of waiting, never of packets.
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
  // For who draws: before the reader's next batch. False when the present one takes longer than
  // that; the lock is not taken then.
  bool lock_to_draw(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    const MutexLock guard(mutex_);
    drawers_++;
    while (taken_ && free_.wait_until(mutex_, until)) continue;
    return begin_to_draw(!taken_);
  }
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
    if (!mine) free_.tell();  // the reader need not wait for it any more
    return mine;
  }

  Mutex mutex_;
  Changed free_;
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;
  int drawers_ ABSL_GUARDED_BY(mutex_) = 0;  // that wait
};

}  // namespace sipladder
