// Sends a ring to a cluster as it grows: every now and then another process of this program exports
// the calls that had packets since the last time (docs/scale.md). So the service needs neither the
// memory nor the time that it takes to understand them, and what goes wrong there loses no packet.
//
// The mark is the wall clock. Packets may have older times of their own (an agent's clock, a file):
// a run goes back to the oldest one that has come since the run before the last.
//
// What was stored is noted in a file in the ring's folder, so that the next start goes on there;
// without it, all of the ring is sent. One run at a time. A run that fails is repeated from where
// it began; rows that are sent twice are stored once.
//
// Threads: one. Errors: trouble() is what the last run said. Bounds: kMostTold bytes of that; the
// memory of a run is kRunMemory.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "capture/hep_sockets.h"

namespace sipladder {

struct SinkRunOptions {
  std::string url;     // clickhouse://...; empty: nothing is sent
  std::string probe;   // the name that rows get; empty: this host's
  std::string folder;  // of the ring
  int64_t every_ns = 600'000'000'000;
};

inline constexpr const char* kRunMemory = "256M";
inline constexpr size_t kMostTold = 500;

class SinkRuns {
 public:
  explicit SinkRuns(SinkRunOptions options) : options_(std::move(options)) {}
  ~SinkRuns();  // ends a run that goes on
  SinkRuns(const SinkRuns&) = delete;
  SinkRuns& operator=(const SinkRuns&) = delete;

  void note(int64_t packet_ns) { oldest_ns_ = std::min(oldest_ns_, packet_ns); }
  // Begins a run when one is due, and looks after the one that goes on. `flushed_wall_ns`: what
  // came before is in the files.
  void work(int64_t monotonic_ns, int64_t flushed_wall_ns);
  // One run now, waited for: of a source that has ended. False when not all is stored.
  bool run_and_wait(int64_t wall_ns);

  uint64_t runs() const { return runs_; }
  uint64_t failures() const { return failures_; }
  // 0: nothing has been stored yet. Wall clock: calls with packets before are in the cluster.
  int64_t stored_until_ns() const { return stored_ns_; }
  const std::string& trouble() const { return trouble_; }  // of the last run; empty: it was good

 private:
  std::vector<std::string> words() const;
  bool begin(int64_t wall_ns);
  void end(int status);
  void wait_for_child(int flags);
  void read_mark();
  void write_mark() const;

  SinkRunOptions options_;
  pid_t child_ = 0;
  Fd said_;  // standard error of the run
  int64_t next_ns_ = 0;
  int64_t begun_wall_ns_ = 0;
  int64_t stored_ns_ = 0;
  // The oldest packet since the last run began, and since the one before that or the last that
  // was good.
  int64_t oldest_ns_ = INT64_MAX, waiting_ns_ = INT64_MAX, begun_oldest_ns_ = INT64_MAX;
  bool mark_read_ = false;
  uint64_t runs_ = 0, failures_ = 0;
  std::string trouble_;
};

}  // namespace sipladder
