// The lock of a session, between the thread that reads packets and the one that draws. Who draws
// goes first: the reader takes the lock for batch after batch, and std::mutex favours the thread
// that has just let it go.
//
// Threads: all functions from any, unlock() too. Units: milliseconds of waiting, never of packets.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sipladder {

class SessionLock {
 public:
  // For the reader: waits while somebody draws, or waits to draw.
  void lock() {
    std::unique_lock<std::mutex> guard(mutex_);
    free_.wait(guard, [this] { return !taken_ && drawers_ == 0; });
    taken_ = true;
  }
  // For who draws: before the reader's next batch. False when the present one takes longer than
  // that; the lock is not taken then.
  bool lock_to_draw(std::chrono::milliseconds patience) {
    std::unique_lock<std::mutex> guard(mutex_);
    drawers_++;
    const bool mine = free_.wait_for(guard, patience, [this] { return !taken_; });
    return begin_to_draw(mine);
  }
  void lock_to_draw() {
    std::unique_lock<std::mutex> guard(mutex_);
    drawers_++;
    free_.wait(guard, [this] { return !taken_; });
    begin_to_draw(true);
  }
  void unlock() {
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      taken_ = false;
    }
    free_.notify_all();
  }

 private:
  bool begin_to_draw(bool mine) {
    drawers_--;
    if (mine) taken_ = true;
    if (!mine) free_.notify_all();  // the reader need not wait for it any more
    return mine;
  }

  std::mutex mutex_;
  std::condition_variable free_;
  bool taken_ = false;
  int drawers_ = 0;  // that wait
};

}  // namespace sipladder
