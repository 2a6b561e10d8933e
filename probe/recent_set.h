// A set of keys (hashes) that were seen lately, such as addresses that media goes to. It has two
// generations. A key that is added or found goes into the young one. When that is full or old, it
// becomes the old generation, and the keys of the old one are forgotten.
//
// Bounds: `most` keys. Each is remembered for at least half of `life_ns`, unless others need the
// room (counted). Times are those of packets. Threads: one.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace sipladder {

class RecentSet {
 public:
  RecentSet(size_t most, int64_t life_ns) : most_(most), life_ns_(life_ns) {}

  void add(uint64_t key, int64_t now_ns) {
    const bool full = young_.size() >= most_ / 2;
    if (full || now_ns - turned_ns_ > life_ns_ / 2) turn(full, now_ns);
    young_.insert(key);
  }
  // Whether the key is remembered. A key that is found is renewed.
  bool holds(uint64_t key, int64_t now_ns) {
    if (young_.contains(key)) return true;
    if (!old_.contains(key)) return false;
    add(key, now_ns);
    return true;
  }
  size_t size() const { return young_.size() + old_.size(); }
  uint64_t forgotten() const { return forgotten_; }  // keys, for lack of room

 private:
  void turn(bool full, int64_t now_ns) {
    if (full) forgotten_ += old_.size();
    old_ = std::exchange(young_, {});
    turned_ns_ = now_ns;
  }

  size_t most_;
  int64_t life_ns_;
  int64_t turned_ns_ = 0;
  absl::flat_hash_set<uint64_t> young_, old_;
  uint64_t forgotten_ = 0;
};

}  // namespace sipladder
