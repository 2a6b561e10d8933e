// One run over one source: the loop that reads packets, and all that it fills.
//
// Threads: one thread calls step() or run(). Every other one holds `lock` while it uses log, model
// or analyst, and never while it waits. progress(), idle() and `stop` may be used by any thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "capture/key_log.h"
#include "capture/key_sources.h"
#include "capture/packet_source.h"
#include "capture/packet_tape.h"
#include "correlate/analysis/analysis.h"
#include "correlate/engine/engine.h"
#include "correlate/model/model.h"
#include "query/session_lock.h"

namespace sipladder {

class Session {
 public:
  Session() : engine_(log, model), analyst(model, log) {
    engine_.set_keys(&keys, &rsa_keys);
    analyst.media().set_secrets(&keys);
  }

  // To be called before the first step.
  void set_source(std::unique_ptr<PacketSource> source);
  // Memory in bytes that the program may take. The tables get six tenths, verdicts and buffers the
  // rest.
  void set_memory(size_t bytes);

  // Processes packets for about 2 ms under the lock. When the source has none, waits for more
  // without the lock, up to 0.2 s. False when the source has ended.
  bool step();
  // Processes all packets that are left, without taking the lock, until the end of the source or
  // `stop`. Then closes. Nobody else may use the session meanwhile.
  void run();
  // No more packets come: ends what is open. run() calls it.
  void close();

  // 0 to 1, negative when the size of the input is unknown.
  double progress() const { return progress_.load(std::memory_order_relaxed); }
  // The source had nothing when it was last asked.
  bool idle() const { return idle_.load(std::memory_order_relaxed); }

  PacketTape tape;   // open if a command needs the packets of a source that can be read only once
  KeyLog keys;       // secrets of TLS, from the command line and from captures
  RsaKeys rsa_keys;  // private keys of servers
  KeySources key_sources{&keys};
  PacketLog log;
  Model model;

 private:
  Engine engine_;

 public:
  Analyst analyst;
  SessionLock lock;
  std::atomic<bool> stop{false};

 private:
  ReadResult batch(int64_t budget_ns);
  void note_sources();
  void look_for_keys();
  std::vector<int> awaited_descriptors() const;
  void end();

  std::unique_ptr<PacketSource> source_;
  size_t keys_known_ = 0;
  std::atomic<double> progress_{-1};
  std::atomic<bool> idle_{false};
};

}  // namespace sipladder
