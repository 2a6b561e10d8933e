// The correlator: packets in, records out (RFC 3261 12 and 17, RFC 6026, seen by a bystander).
//
// Threads: called by one. Inside, a second one correlates SIP messages while the first reads and
// decodes on; between catch_up() and the next process() it is idle and the model may be read.
// No timers: "now" is the newest packet's time.
#pragma once

#include <memory>

#include "capture/packet.h"
#include "capture/packet_log.h"
#include "correlate/model/model.h"

namespace sipladder {

class Engine {
 public:
  Engine(PacketLog& log, Model& model);
  ~Engine();

  // What the tables may take; calls are given up beyond it, and when the spool is nearly full
  // (eviction.h). Looked at so often that a tenth more comes in between.
  void set_memory(size_t bytes);
  // Secrets of TLS. They must live as long as this.
  void set_keys(const KeyLog* keys, const RsaKeys* rsa_keys);
  // Secrets of TLS came: what waited for them goes its way now.
  void take_new_keys();

  void process(const Packet& packet);

  // After the last packet: what waited for bytes that never came.
  void finish();

  // Completes what process() has begun, and copies counters into the model (oddities, fragments).
  // Cheap; call after each batch, before the model is read.
  void catch_up();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
