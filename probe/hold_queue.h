// Packets in their order, while it is not known of one of them whether it is wanted: the first part
// of a connection or of a datagram, until something tells what it carries. What comes behind waits
// too, so that no file goes back in time.
//
// Bounds: kHoldNs of the packets' time, kMostHeldBytes. What is not decided by then is not wanted.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "probe/packet_choice.h"

namespace sipladder {

inline constexpr int64_t kHoldNs = 500'000'000;
inline constexpr size_t kMostHeldBytes = 8 << 20;

class HoldQueue {
 public:
  // Gets the packets that are wanted.
  using Take = std::function<void(const Packet& packet, const Choice& choice)>;

  HoldQueue(PacketChoice& choice, Take take) : choice_(choice), take_(std::move(take)) {}

  void add(const Packet& packet, const Choice& choice);
  // Nothing comes for a while, or never again.
  void release_all();

  size_t bytes() const { return bytes_; }
  uint64_t undecided() const { return undecided_; }

 private:
  struct Held {
    Packet packet;
    Choice choice;
    std::string bytes;
  };
  void release(int64_t now_ns, bool all);

  PacketChoice& choice_;
  Take take_;
  std::deque<Held> held_;
  size_t bytes_ = 0;
  uint64_t undecided_ = 0;
};

}  // namespace sipladder
