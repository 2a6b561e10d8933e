// Who asks for a neighbour and gets no answer: ARP (RFC 826) and neighbour discovery (RFC 4861).
//
// Threads: as Decoder. Bounds: kMaxNeighbours targets at once, kMaxSilences runs of questions.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <vector>

#include "decode/address.h"

namespace sipladder {

inline constexpr size_t kMaxNeighbours = 1024;
inline constexpr size_t kMaxSilences = 1024;

// Questions for one address that follow each other, none of them answered.
struct NeighbourSilence {
  IpAddress target;
  IpAddress asker;  // of the newest
  uint32_t asked = 0;
  int64_t first_ns = 0, last_ns = 0;
  uint32_t first_frame = 0, last_frame = 0;
  uint8_t point = 0;
};

class Neighbours {
 public:
  static constexpr uint32_t kMinAsked = 3;

  void ask(const IpAddress& asker, const IpAddress& target, int64_t time_ns, uint32_t frame,
           uint8_t point);
  void hear(const IpAddress& alive);  // it answers, or asks itself
  // Of at least kMinAsked questions, those that go on last.
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
