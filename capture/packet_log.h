// The bytes that records refer to, left where they are: a capture file is read again with pread(2),
// all others are in a spool (see spool.h).
//
// Threads: any; the bytes of a file are read without the lock.
// Errors: read() returns false when the bytes are gone (a file cut under us, a full disk), never a
// signal. Each such place is counted, and trouble() has a sentence for the user.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "capture/mutex.h"
#include "capture/packet.h"
#include "capture/spool.h"

namespace sipladder {

class PacketLog {
 public:
  PacketLog();
  ~PacketLog();
  PacketLog(const PacketLog&) = delete;
  PacketLog& operator=(const PacketLog&) = delete;

  // Registers an open file; takes ownership of the descriptor. `name` is what trouble() calls it.
  uint16_t add_file(int fd, std::string name = {});

  // What the spool may take, before anything is in it.
  void set_spool_limit(uint64_t bytes);
  // Nothing will be appended: open_spool() has nothing to do.
  void need_no_spool() { needs_spool_ = false; }
  // Makes the spool now, rather than when something is appended. An empty string, or why it cannot
  // be made, or is too small for a source that is `endless`.
  std::string open_spool(bool endless);

  // Copies bytes into the spool. The ref cannot be read when they are lost.
  PacketRef append(std::string_view bytes);
  // No record refers to these bytes any more: their place in the spool can be given back.
  void forget(const PacketRef& ref);
  uint64_t spool_bytes() const;
  // The spool nears its limit: calls have to be given up. Without a lock: asked for each message.
  bool is_spool_tight() const { return tight_.load(std::memory_order_relaxed); }

  // True when *out has the bytes.
  bool read(const PacketRef& ref, std::string* out) const;
  // What read() gave is not what was there before: the file has been written anew.
  void note_changed(const PacketRef& ref) const;
  // Whether read() can be expected to succeed; nothing is counted.
  bool can_read(const PacketRef& ref) const;

  // Places that could not be read; above kMostCounted, each time.
  uint64_t unreadable() const { return unreadable_.load(std::memory_order_relaxed); }
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }  // appended in vain
  // What is lost, why, and what to do; empty when nothing is.
  std::string trouble() const;

 private:
  struct File;
  static constexpr size_t kMostCounted = 100'000;
  static constexpr uint64_t kLostPlaces = uint64_t{1} << 47;
  static constexpr uint16_t kSpool = kNotStored - 1;  // of PacketRef::store

  void note_unreadable(const PacketRef& ref, const std::string& reason) const;
  std::string reason_of(const PacketRef& ref, int error) const;
  bool read_spool(const PacketRef& ref, char* out) const;

  mutable Mutex mutex_;
  std::vector<std::unique_ptr<File>> files_ ABSL_GUARDED_BY(mutex_);
  Spool spool_ ABSL_GUARDED_BY(mutex_);
  mutable std::unordered_set<uint64_t> unreadable_places_ ABSL_GUARDED_BY(mutex_);
  mutable std::string reason_ ABSL_GUARDED_BY(mutex_);  // of the first
  mutable std::atomic<uint64_t> unreadable_{0};
  std::atomic<uint64_t> lost_{0};  // each gets a place of its own behind all others
  std::atomic<bool> tight_{false};
  bool needs_spool_ = true;
};

}  // namespace sipladder
