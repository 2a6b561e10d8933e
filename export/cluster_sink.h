// Batches of rows on their way to a cluster, oldest first, by a thread of its own.
//
// A batch is sent until the server says that it is stored; a batch that is sent twice is stored
// once, since its rows have the same keys. While the cluster is away, up to memory_bytes of
// ClusterSinkOptions (packed) wait in memory, then spool_bytes in files (batch_spool.h). Beyond
// that put() waits, or drops when it may not wait. Nothing is lost without being counted. Threads:
// begin(), put() and finish() from one, figures() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>

#include "capture/cluster_client.h"
#include "capture/mutex.h"
#include "export/batch_spool.h"
#include "export/cluster_rows.h"

namespace sipladder {

struct ClusterSinkOptions {
  std::string url;           // clickhouse://...
  std::string spool_folder;  // stays, with what could not be sent; empty: a temporary one
  uint64_t memory_bytes = 32 << 20;
  uint64_t spool_bytes = uint64_t{1} << 30;
  int64_t patience_ns = 30'000'000'000;  // how long a cluster is waited for
  bool may_wait = true;                  // put() may: what is read can wait
  std::string probe;                     // the name that rows get; empty: this host's
  std::vector<std::string> tables;       // empty: all of them
};

struct ClusterSinkFigures {
  uint64_t rows = 0, batches = 0, bytes = 0;     // stored; bytes as they were sent
  uint64_t repeats = 0;                          // attempts that failed
  uint64_t refused_rows = 0;                     // by the server, for what they are
  uint64_t dropped_rows = 0;                     // there was no room, or no hope
  uint64_t waiting_rows = 0, spooled_bytes = 0;  // not stored yet; in files
  std::string trouble;                           // why a batch was not stored at last
};

class ClusterSink {
 public:
  explicit ClusterSink(ClusterSinkOptions options);
  ~ClusterSink();
  ClusterSink(const ClusterSink&) = delete;
  ClusterSink& operator=(const ClusterSink&) = delete;

  // A sentence when URL or folder cannot be used. What an earlier run left in it is sent first.
  std::string begin();
  // False when it is no use to go on: the cluster has been away for too long.
  bool put(const RowBatch& batch);
  // Until all is stored, or patience is over. What is left then stays in the spool folder, if it
  // has a name.
  ClusterSinkFigures finish();
  ClusterSinkFigures figures() const;

 private:
  struct Waiting {
    SpooledBatch file;   // its path is empty while it is in memory
    std::string packed;  // empty when it is in the file
  };

  void send_all();
  bool wait_for_batch();
  bool has_room(const Waiting& batch) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool is_hopeless() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void take_in(Waiting batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string move_to_file(Waiting* batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool note(const ClusterAnswer& answer, size_t bytes, int64_t begun_ns)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void set_front_aside(std::string wrong) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void forget_front() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ClusterSinkOptions options_;
  ClusterUrl url_;
  std::atomic<bool> stop_{false};
  mutable Mutex mutex_;
  Changed changed_;
  BatchSpool spool_ ABSL_GUARDED_BY(mutex_);
  // The first one is the thread's own while it is sent; others are added behind it.
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t memory_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  ClusterSinkFigures figures_ ABSL_GUARDED_BY(mutex_);
  int64_t failing_since_ns_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: the last attempt was good
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;              // one after the other
  std::thread thread_;
};

}  // namespace sipladder
