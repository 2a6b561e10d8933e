// Independent work on items 0 to count-1. A thread of the sweep works on them in order, while the
// reader uses the items that are done. A reader that has to wait works on the next items itself.
//
// Threads: wait_for() is called from one thread. `work` runs on that thread (reader true) and on
// the sweep's own (reader false), never for one item twice. The destructor stops the sweep after
// the block that it works on.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace sipladder {

class ParallelSweep {
 public:
  using Work = std::function<void(uint32_t begin, uint32_t end, bool reader)>;
  static constexpr uint32_t kBlock = 64;  // items of one call of `work`; begin is a multiple of it

  ParallelSweep(uint32_t count, Work work)
      : count_(count), work_(std::move(work)), done_((count + kBlock - 1) / kBlock) {
    thread_ = std::thread([this] {
      while (!stop_ && work_on_next(false)) {
      }
    });
  }
  ~ParallelSweep() {
    stop_ = true;
    thread_.join();
  }
  ParallelSweep(const ParallelSweep&) = delete;
  ParallelSweep& operator=(const ParallelSweep&) = delete;

  uint32_t count() const { return count_; }

  // Waits until the item is done: what `work` wrote for it may be read then.
  void wait_for(uint32_t item) {
    std::atomic<bool>& done = done_[item / kBlock];
    while (!done.load(std::memory_order_acquire)) {
      if (!work_on_next(true)) done.wait(false, std::memory_order_acquire);
    }
  }

 private:
  bool work_on_next(bool reader) {
    const size_t block = next_.fetch_add(1, std::memory_order_relaxed);
    if (block >= done_.size()) return false;
    const uint32_t begin = static_cast<uint32_t>(block) * kBlock;
    work_(begin, std::min(begin + kBlock, count_), reader);
    done_[block].store(true, std::memory_order_release);
    done_[block].notify_all();
    return true;
  }

  const uint32_t count_;
  const Work work_;
  std::vector<std::atomic<bool>> done_;
  std::atomic<size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace sipladder
