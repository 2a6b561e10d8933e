// Puts IP datagrams together from their fragments (RFC 791 3.2, RFC 8200 4.5), so that the payload
// of a datagram is redacted as a whole. The new bytes of each fragment go to a PatchStore.
//
// Threads: one. All references must outlive this object. Bounds: kMostFragmented datagrams wait at
// a time, each with kMostPieces fragments and those that bring bytes of it. Datagrams that are
// given up, or are not UDP, and copies beyond these get no new bytes: they are zeroed. given_up()
// counts the fragments of datagrams that were not completed, and the copies.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "export/redact/patches.h"

namespace sipladder {

// One fragment and the datagram that it belongs to.
struct FragmentOf {
  IpAddress src, dst;
  uint32_t id = 0;
  uint8_t protocol = 0, point = 0;
  size_t offset = 0;  // in the payload of the datagram, bytes
  bool more = false;  // fragments follow
};

class FragmentPatches {
 public:
  FragmentPatches(Replacer& replacer, Payloads& payloads, PatchStore& store)
      : replacer_(replacer), payloads_(payloads), store_(store) {}

  void add(const FragmentOf& fragment, int64_t time_ns, const PatchPlace& place,
           std::span<const uint8_t> bytes);
  void clear();
  uint64_t given_up() const { return given_up_; }

 private:
  struct Pile {
    std::string bytes;
    std::vector<bool> have;                             // which units of 8 bytes have come
    std::vector<std::pair<size_t, PatchPlace>> places;  // with the offset in the datagram
    size_t total = 0, covered = 0;                      // units of 8 bytes; total 0: not known
    int64_t first_ns = 0;
  };
  struct Key {
    IpAddress src, dst;
    uint32_t id = 0;
    uint8_t protocol = 0, point = 0;
    bool operator==(const Key&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.src.bytes, key.dst.bytes, key.id, key.protocol,
                        key.point);
    }
  };
  static constexpr size_t kMostFragmented = 1024;
  static constexpr size_t kMostPieces = 8192;  // as many as a datagram has units of 8 bytes
  static constexpr int64_t kFragmentAgeNs = 30'000'000'000;

  Pile& pile_of(const Key& key, int64_t time_ns);
  void give_up(const Key& key);
  void finish(const Key& key, Pile& pile);

  Replacer& replacer_;
  Payloads& payloads_;
  PatchStore& store_;
  absl::flat_hash_map<Key, Pile> piles_;
  // By age; those that are complete or came anew leave a place behind, which erases nothing.
  std::deque<std::pair<Key, int64_t>> order_;
  uint64_t given_up_ = 0;
};

}  // namespace sipladder
