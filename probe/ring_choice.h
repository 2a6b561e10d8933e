// Chooses the files of a folder that are needed for what somebody looks for: one call, the calls of
// a user or of an address, or a time.
//
// The index beside each file tells (ring_index.h). A file without a valid index is read once; its
// index is written if other files of the folder have one. A call needs all files between its first
// and its last message, where its media is, and kBesideNs on both sides, where its other legs are.
// For a time, kBeforeNs before it is read, too: a call that began still earlier is seen only from
// there on.
//
// Bounds: kMostCallsOfUser. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probe/ring_index.h"

namespace sipladder {

inline constexpr int64_t kBesideNs = int64_t{35} * 1'000'000'000;  // a bit more than timers B and F
inline constexpr int64_t kBeforeNs = int64_t{300} * 1'000'000'000;
inline constexpr size_t kMostCallsOfUser = 10'000;

// What somebody looks for. Of call_id, user and address, the first one that is not empty counts.
struct RingWish {
  std::string call_id, user, address;
  std::optional<int64_t> from_ns, to_ns;

  bool is_any() const {
    return !call_id.empty() || !user.empty() || !address.empty() || from_ns || to_ns;
  }
};

struct RingChoice {
  std::vector<std::string> files;  // in the order of their first packets
  size_t of = 0;                   // number of captures in the folder
  size_t scanned = 0;              // captures that had no valid index
  uint64_t bytes = 0;              // sum of the sizes of `files`
  std::optional<TimeSpan> window;  // of the calls: packets outside are not needed
};

// `names`: the captures of one folder in the order of their first packets. The last one may still
// be written and is taken as it is now.
RingChoice choose_ring_files(const std::vector<std::string>& names, const RingWish& wish);

}  // namespace sipladder
