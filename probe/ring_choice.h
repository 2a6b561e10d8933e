// Which files of a folder are needed for what somebody looks for: one call, a user's or an
// address's calls, or a time.
//
// By the index beside each file; where none belongs to it, the file is read once, and its index
// written where others are: the folder is a probe's. A call is taken with all files between its
// first and its last message, where its media is, and kBesideNs on both sides, where its other legs
// are. Of a time, calls that began kBeforeNs or longer before are seen from there on.
//
// Bounds: kMostCallsOfUser. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probe/ring_index.h"

namespace sipladder {

inline constexpr int64_t kBesideNs = int64_t{35} * 1'000'000'000;  // timers B and F and a bit
inline constexpr int64_t kBeforeNs = int64_t{300} * 1'000'000'000;
inline constexpr size_t kMostCallsOfUser = 10'000;

struct RingWish {
  std::string call_id, user, address;
  std::optional<int64_t> from_ns, to_ns;

  bool is_any() const {
    return !call_id.empty() || !user.empty() || !address.empty() || from_ns || to_ns;
  }
};

struct RingChoice {
  std::vector<std::string> files;  // in the order of their first packets
  size_t of = 0;                   // captures that the folder has
  size_t scanned = 0;              // without an index
  uint64_t bytes = 0;              // of `files`
  std::optional<TimeSpan> window;  // of one or several calls: what is outside is not needed
};

// `names`: the captures of one folder in the order of their first packets. The last one may still
// be written, and is looked at as it is now.
RingChoice choose_ring_files(const std::vector<std::string>& names, const RingWish& wish);

}  // namespace sipladder
