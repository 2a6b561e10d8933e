// Packets in, records out: the Engine decodes packets, correlates SIP and keeps the media streams
// (RFC 3261 12 and 17, RFC 6026, RFC 3550, seen by a bystander).
//
// Lifetime: the PacketLog and the Model must outlive the Engine.
// Threads: called by one thread. Inside, a second one correlates SIP and keeps the streams while
// the first one reads and decodes on. Between catch_up() and the next process() the second thread
// is idle, and the model may be read. No timers: "now" is the newest packet's time.
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

  // Bytes that the tables may take. Calls are given up beyond that, and when the spool is nearly
  // full (eviction.h). Between two looks at the memory at most a tenth more comes.
  void set_memory(size_t bytes);
  // Secrets of TLS and DTLS. They must outlive the Engine. Null: none.
  void set_keys(const KeyLog* keys, const RsaKeys* rsa_keys);
  // To be called when new secrets came: records that waited for them are decrypted now.
  void take_new_keys();

  // The packet's bytes need not outlive the call.
  void process(const Packet& packet);

  // To be called after the last packet: takes what waited for bytes that never came.
  void finish();

  // Completes what process() has begun, and copies counters into the model (oddities, fragments).
  // It is cheap. Call it after each batch of packets, before the model is read.
  void catch_up();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
