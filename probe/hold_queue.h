// Holds a packet while it is not known whether it is wanted, such as the first part of a connection
// or of an IP datagram. The packets behind it wait, too, so that the order in files is kept.
//
// Bounds: kHoldNs of the packets' time, kMostHeldBytes. A packet that is undecided by then is not
// wanted. Threads: one.
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
  // Gets the packets that are wanted, in order. The bytes are valid during the call.
  using Take = std::function<void(const Packet& packet, const Choice& choice)>;

  HoldQueue(PacketChoice& choice, Take take) : choice_(choice), take_(std::move(take)) {}

  void add(const Packet& packet, const Choice& choice);
  // Decides all packets that wait, because nothing comes for a while, or never again.
  void release_all();

  size_t bytes() const { return bytes_; }
  uint64_t undecided() const { return undecided_; }  // packets given up without a decision

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
