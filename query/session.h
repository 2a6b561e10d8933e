// One run over one source: the loop of the whole program, and all that it fills.
//
// Threads: step() on the engine thread; everybody else holds `lock` while looking at log, model or
// analyst, and never while waiting. progress(), idle() and stop from any thread.
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

  // Before the first step.
  void set_source(std::unique_ptr<PacketSource> source);
  // What the whole may take; the tables get most of it, verdicts and buffers the rest.
  void set_memory(size_t bytes);

  // Up to about 2 ms of packets under the lock. False when the source has ended. When it has
  // nothing, waits for more, without the lock, up to 0.2 s.
  bool step();
  // All that is left, without giving way.
  void run();
  // What run() does at last: no more packets come.
  void close();

  // 0 to 1, negative when the size of the input is unknown.
  double progress() const { return progress_.load(std::memory_order_relaxed); }
  // The source had nothing when it was last asked.
  bool idle() const { return idle_.load(std::memory_order_relaxed); }

  PacketTape tape;   // open where a command needs packets of a source that is read once
  KeyLog keys;       // secrets of TLS, of the command line and of captures
  RsaKeys rsa_keys;  // of servers
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
