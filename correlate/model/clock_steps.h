// Where the clock of a capture was set back while it captured. The order of messages is that of
// frames then, and a duration from before such a step to behind it is not known.
//
// Bounds: kMaxClockSteps of the whole capture; a clock that goes back more often is no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "capture/packet.h"

namespace sipladder {

struct Model;
struct CallRecord;
struct MessageRecord;

inline constexpr size_t kMaxClockSteps = 256;

struct ClockStep {
  uint16_t source = 0;
  uint32_t frame = 0;   // the first one behind it
  int64_t back_ns = 0;  // by so much
};

// Notes the steps of each source; of a file with several interfaces, of each of them. Packets that
// overtake each other in a multi-queue card differ by less.
class ClockWatch {
 public:
  void note(const Packet& packet, std::vector<ClockStep>* steps) {
    constexpr int64_t kMinBackNs = 50'000'000;
    if (packet.source >= before_.size()) before_.resize(packet.source + size_t{1});
    std::vector<int64_t>& of_source = before_[packet.source];
    if (packet.interface >= of_source.size()) of_source.resize(packet.interface + size_t{1});
    int64_t& before_ns = of_source[packet.interface];
    if (before_ns - packet.time_ns >= kMinBackNs && steps->size() < kMaxClockSteps)
      steps->push_back({packet.source, packet.frame, before_ns - packet.time_ns});
    before_ns = packet.time_ns;
  }

 private:
  std::vector<std::vector<int64_t>> before_;  // by source and interface: time of the packet before
};

// The time as it would be if the clock had gone on: orders what one source shows by its frames.
int64_t ordered_ns(const Model& model, uint16_t source, uint32_t frame, int64_t time_ns);
bool step_between(const Model& model, const MessageRecord& a, const MessageRecord& b);
// Between two moments of a call that its messages show, in whatever direction.
bool step_between(const Model& model, const CallRecord& call, int64_t from_ns, int64_t to_ns);

}  // namespace sipladder
