// A request to stop long work where it is: what is known until then is the answer. Loops whose
// length depends on the capture look here in each round. A look without a request costs one load.
//
// Threads: any. request() may also be called from a signal handler.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace sipladder {

class Cancellation {
 public:
  // The work is to stop `after_ns` from now. The earliest request counts. None can be taken back.
  void request(int64_t after_ns = 0) {
    const int64_t wanted_ns = steady_ns() + after_ns;
    int64_t known_ns = at_ns_.load();
    while (wanted_ns < known_ns && !at_ns_.compare_exchange_weak(known_ns, wanted_ns)) {
    }
  }
  bool requested() const { return has_passed(0); }
  // The request is older than kGraceNs: work that has not stopped by itself is to be interrupted.
  bool overdue() const { return has_passed(kGraceNs); }

 private:
  static constexpr int64_t kNever = INT64_MAX;
  static constexpr int64_t kGraceNs = 200'000'000;

  static int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
  bool has_passed(int64_t grace_ns) const {
    const int64_t at_ns = at_ns_.load(std::memory_order_relaxed);
    return at_ns != kNever && steady_ns() - at_ns >= grace_ns;
  }

  std::atomic<int64_t> at_ns_ = kNever;
};

}  // namespace sipladder
