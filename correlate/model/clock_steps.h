// Moments at which the clock of a capture was set back while it captured. Messages are ordered by
// frame there, and no duration across such a step is known.
//
// Bounds: kMaxClockSteps of the whole capture; later steps are not noted.
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
  uint32_t frame = 0;   // the first one after the step
  int64_t back_ns = 0;  // by how much; positive
};

// Notes the steps of each interface of each source. Requires all packets, in the order of frames.
// Less than kMinBackNs is no step: packets overtake each other in a multi-queue network card.
class ClockWatch {
 public:
  void note(const Packet& packet, std::vector<ClockStep>* steps) {
    constexpr int64_t kMinBackNs = 50'000'000, kNoneBefore = INT64_MIN;
    if (packet.source >= before_.size()) before_.resize(packet.source + size_t{1});
    std::vector<int64_t>& of_source = before_[packet.source];
    if (packet.interface >= of_source.size())
      of_source.resize(packet.interface + size_t{1}, kNoneBefore);
    int64_t& before_ns = of_source[packet.interface];
    if (before_ns != kNoneBefore && before_ns - packet.time_ns >= kMinBackNs &&
        steps->size() < kMaxClockSteps)
      steps->push_back({packet.source, packet.frame, before_ns - packet.time_ns});
    before_ns = packet.time_ns;
  }

 private:
  std::vector<std::vector<int64_t>> before_;  // by source and interface: time of the packet before
};

// The time of a frame as if the clock had not been set back: it orders the frames of one source.
int64_t ordered_ns(const Model& model, uint16_t source, uint32_t frame, int64_t time_ns);
// Whether the clock was set back between two messages. False for messages of two sources.
bool step_between(const Model& model, const MessageRecord& a, const MessageRecord& b);
// The same for two moments of a call, each the time of one of its messages. False when one of them
// is 0. When no message has `to_ns`, the call's last message stands for it.
bool step_between(const Model& model, const CallRecord& call, int64_t from_ns, int64_t to_ns);

}  // namespace sipladder
