// One thread that works on batches in the order in which they were handed over.
//
// A batch has clear(), which keeps its memory.
//
// Threads: hand_over() and wait() from one thread, `work` on the other. The thread starts with the
// first batch. Bounds: kMaxQueued batches; hand_over() waits when they are all taken.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace sipladder {

template <typename Batch>
class BatchWorker {
 public:
  explicit BatchWorker(std::function<void(Batch&)> work) : work_(std::move(work)) {}
  ~BatchWorker() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  BatchWorker(const BatchWorker&) = delete;
  BatchWorker& operator=(const BatchWorker&) = delete;

  // hand_over() would have to wait.
  bool is_full() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return queue_.size() >= kMaxQueued;
  }

  // Takes the batch and leaves an empty one with its memory kept.
  void hand_over(Batch* batch) {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return queue_.size() < kMaxQueued; });
    queue_.push_back(std::exchange(*batch, Batch()));
    if (!spare_.empty()) {
      *batch = std::move(spare_.back());
      spare_.pop_back();
      batch->clear();
    }
    lock.unlock();
    changed_.notify_all();
  }

  // Until all that was handed over is done: what the work wrote may be read then.
  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return queue_.empty() && !busy_; });
  }

 private:
  void run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (queue_.empty()) return;
      Batch batch = std::move(queue_.front());
      queue_.pop_front();
      busy_ = true;
      lock.unlock();
      changed_.notify_all();
      work_(batch);
      lock.lock();
      busy_ = false;
      spare_.push_back(std::move(batch));
      changed_.notify_all();
    }
  }

  static constexpr size_t kMaxQueued = 4;
  const std::function<void(Batch&)> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> queue_;
  std::vector<Batch> spare_;
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace sipladder
