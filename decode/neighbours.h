// Finds hosts that ask for a neighbour and get no answer, by ARP (RFC 826) or neighbour discovery
// (RFC 4861).
//
// Threads: one, that of the Decoder. Bounds: kMaxNeighbours targets at once and kMaxSilences runs
// of questions; beyond, new ones are not noted.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <vector>

#include "decode/address.h"

namespace sipladder {

inline constexpr size_t kMaxNeighbours = 1024;
inline constexpr size_t kMaxSilences = 1024;

// A run of questions for one address. None of them is answered, except perhaps the last.
struct NeighbourSilence {
  IpAddress target;
  IpAddress asker;  // of the newest question
  uint32_t asked = 0;
  int64_t first_ns = 0, last_ns = 0;
  uint32_t first_frame = 0, last_frame = 0;
  uint8_t point = 0;
  bool answered = false;  // the target was heard in the end
};

class Neighbours {
 public:
  static constexpr uint32_t kMinAsked = 3;

  void ask(const IpAddress& asker, const IpAddress& target, int64_t time_ns, uint32_t frame,
           uint8_t point);
  void hear(const IpAddress& alive);  // a host answers, or asks itself
  // All runs of at least kMinAsked questions, also those that still go on, by their first frame.
  std::vector<NeighbourSilence> silences() const;

 private:
  void close(const NeighbourSilence& run);

  struct Hash {
    size_t operator()(const IpAddress& ip) const { return absl::HashOf(ip.bytes, ip.family); }
  };
  absl::flat_hash_map<IpAddress, NeighbourSilence, Hash> open_;  // by target
  std::vector<NeighbourSilence> closed_;
};

}  // namespace sipladder
