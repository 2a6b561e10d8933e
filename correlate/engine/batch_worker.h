// One thread that works on batches in the order in which they were handed over.
//
// Batch must have clear(), which keeps its memory.
//
// Threads: hand_over(), is_full() and wait() are called from one thread; `work` runs on the other,
// which starts with the first batch. The destructor waits until all batches are done.
// Bounds: kMaxQueued batches wait; hand_over() waits when there are as many.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "capture/mutex.h"

namespace sipladder {

template <typename Batch>
class BatchWorker {
 public:
  explicit BatchWorker(std::function<void(Batch&)> work) : work_(std::move(work)) {}
  ~BatchWorker() {
    if (!thread_.joinable()) return;
    {
      const MutexLock lock(mutex_);
      stop_ = true;
    }
    changed_.tell();
    thread_.join();
  }
  BatchWorker(const BatchWorker&) = delete;
  BatchWorker& operator=(const BatchWorker&) = delete;

  // hand_over() would have to wait.
  bool is_full() {
    const MutexLock lock(mutex_);
    return queue_.size() >= kMaxQueued;
  }

  // Takes the batch and leaves an empty one with its memory kept.
  void hand_over(Batch* batch) {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    {
      const MutexLock lock(mutex_);
      while (queue_.size() >= kMaxQueued) changed_.wait(mutex_);
      queue_.push_back(std::exchange(*batch, Batch()));
      if (!spare_.empty()) {
        *batch = std::move(spare_.back());
        spare_.pop_back();
        batch->clear();
      }
    }
    changed_.tell();
  }

  // Waits until all batches are done: what `work` wrote may be read then.
  void wait() {
    const MutexLock lock(mutex_);
    while (!queue_.empty() || busy_) changed_.wait(mutex_);
  }

 private:
  void run() {
    while (std::optional<Batch> batch = next()) {
      changed_.tell();
      work_(*batch);
      const MutexLock lock(mutex_);
      busy_ = false;
      spare_.push_back(std::move(*batch));
      changed_.tell();
    }
  }

  // Waits for a batch. nullopt when all are done and the destructor was called.
  std::optional<Batch> next() {
    const MutexLock lock(mutex_);
    while (!stop_ && queue_.empty()) changed_.wait(mutex_);
    if (queue_.empty()) return std::nullopt;
    Batch batch = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    return batch;
  }

  static constexpr size_t kMaxQueued = 4;
  const std::function<void(Batch&)> work_;
  Mutex mutex_;
  Changed changed_;
  std::deque<Batch> queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<Batch> spare_ ABSL_GUARDED_BY(mutex_);
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sipladder
