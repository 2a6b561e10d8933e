// The correlator: packets in, records out (RFC 3261 12 and 17, RFC 6026, seen by a bystander).
//
// Threads: one. No timers: "now" is the newest packet's time.
#pragma once

#include <memory>

#include "capture/packet.h"
#include "capture/packet_log.h"
#include "correlate/model.h"

namespace sipladder {

class Engine {
 public:
  Engine(PacketLog& log, Model& model);
  ~Engine();

  void process(const Packet& packet);

  // After the last packet: what waited for bytes that never came.
  void finish();

  // Copies counters into the model (oddities, fragments). Cheap; call after each batch.
  void settle();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
