// Chooses and sorts rows some milliseconds at a time, so that a key never waits for a million rows.
//
// Threads: one at a time. `Id` names a row; the functions of a Wish are called within step().
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "query/table_description.h"

namespace sipladder {

// The order of values: absent ones first, then numbers, then texts.
inline bool is_less(const Value& a, const Value& b) {
  const auto rank = [](const Value& v) {
    return v.type == Value::Type::null ? 0 : v.type == Value::Type::text ? 2 : 1;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (rank(a) == 0) return false;
  if (rank(a) == 2) return a.text < b.text;
  const auto number = [](const Value& v) {
    return v.type == Value::Type::real ? v.real : static_cast<double>(v.integer);
  };
  if (a.type == Value::Type::integer && b.type == Value::Type::integer)
    return a.integer < b.integer;
  return number(a) < number(b);
}

template <typename Id>
class Arrangement {
 public:
  using Clock = std::chrono::steady_clock;
  struct Wish {
    std::function<bool(Id)> keep;         // empty: all rows are kept
    std::function<void(Id, Value*)> key;  // what to sort by; empty: the rows stay in their order
    bool descending = false;
  };

  void begin(std::vector<Id> all, Wish wish) {
    all_ = std::move(all);
    wish_ = std::move(wish);
    next_ = 0;
    kept_.clear();
    keys_.clear();
    running_ = true;
  }
  void stop() { running_ = false; }
  bool running() const { return running_; }
  double progress() const {
    return all_.empty() ? 1 : static_cast<double>(next_) / static_cast<double>(all_.size());
  }
  // Works for about `budget`; the final sort is done at once. True once: result() is complete.
  bool step(std::chrono::milliseconds budget) {
    constexpr size_t kBetweenLooks = 32;
    if (!running_) return false;
    const auto until = Clock::now() + budget;
    for (; next_ < all_.size(); next_++) {
      if (next_ % kBetweenLooks == 0 && Clock::now() > until) return false;
      const Id id = all_[next_];
      if (wish_.keep && !wish_.keep(id)) continue;
      kept_.push_back(id);
      if (!wish_.key) continue;
      keys_.emplace_back();
      wish_.key(id, &keys_.back());
    }
    running_ = false;
    if (wish_.key) sort();
    return true;
  }
  std::vector<Id>& result() { return kept_; }

 private:
  // Stable in both directions: rows with equal keys stay in the order of the capture.
  void sort() {
    std::vector<uint32_t> order(kept_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return wish_.descending ? is_less(keys_[b], keys_[a]) : is_less(keys_[a], keys_[b]);
    });
    std::vector<Id> sorted;
    sorted.reserve(kept_.size());
    for (const uint32_t place : order) sorted.push_back(kept_[place]);
    kept_ = std::move(sorted);
    keys_ = {};
  }

  std::vector<Id> all_, kept_;
  std::vector<Value> keys_;
  Wish wish_;
  size_t next_ = 0;
  bool running_ = false;
};

}  // namespace sipladder
