// Reads again the bytes that records refer to. Those of a capture file stay in that file and are
// read with pread(2). All others are in a spool (spool.h).
//
// Threads: any, but need_no_spool() before all else.
// Errors: read() returns false when the bytes are gone (the file was cut meanwhile, the disk was
// full); it never raises a signal. Each such place is counted, and trouble() has a sentence for the
// user.
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

  // Registers an open file and takes ownership of the descriptor. Returns its PacketRef::store.
  // trouble() calls the file `name`.
  uint16_t add_file(int fd, std::string name = {});

  // The most that the spool may take; 0: half of what its file system has free.
  void set_spool_limit(uint64_t bytes);
  // Nothing will be appended: open_spool() then makes no file.
  void need_no_spool() { needs_spool_ = false; }
  // Makes the spool now, not only when something is appended. An empty string, or why it cannot be
  // made. Of an `endless` source (live, piped, HEP) also why there is too little room.
  std::string open_spool(bool endless);

  // Copies bytes into the spool. When that fails, they are counted as lost, and read() of the ref
  // returns false.
  PacketRef append(std::string_view bytes);
  // No record refers to these bytes any more: their place in the spool can be given back. Once for
  // each ref; one that is not in the spool is ignored.
  void forget(const PacketRef& ref);
  uint64_t spool_bytes() const;
  // The spool nears its limit: calls have to be given up. Takes no lock, since it is asked for each
  // message.
  bool is_spool_tight() const { return tight_.load(std::memory_order_relaxed); }

  // Reads the bytes into *out. False when they cannot be read; *out is worth nothing then.
  bool read(const PacketRef& ref, std::string* out) const;
  // Tells that read() gave other bytes than were there before: the file has been written anew.
  void note_changed(const PacketRef& ref) const;
  // Whether read() can be expected to succeed. Reads nothing and counts nothing.
  bool can_read(const PacketRef& ref) const;

  // Places that could not be read, each counted once. Above kMostCounted places, every failed read
  // counts.
  uint64_t unreadable() const { return unreadable_.load(std::memory_order_relaxed); }
  // How many times append() could not keep the bytes.
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }
  // A sentence that says what is lost, why, and what to do; empty when nothing is lost.
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
  mutable std::string reason_ ABSL_GUARDED_BY(mutex_);  // of the first failure
  mutable std::atomic<uint64_t> unreadable_{0};
  std::atomic<uint64_t> lost_{0};  // each gets an offset of its own above kLostPlaces
  std::atomic<bool> tight_{false};
  bool needs_spool_ = true;
};

}  // namespace sipladder
