// The bytes of all packets, left where they are: a capture file is read again with pread(2); live,
// standard-input and compressed captures, and messages put together from several packets, are
// appended to unlinked spool files (0600).
//
// Threads: append() from the engine thread only; read() from any thread.
// Errors: read() returns false when the bytes are gone (a file cut under us), never a signal.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.h"

namespace sipladder {

class PacketLog {
 public:
  PacketLog();
  ~PacketLog();
  PacketLog(const PacketLog&) = delete;
  PacketLog& operator=(const PacketLog&) = delete;

  // Registers an open file; takes ownership of the descriptor.
  uint16_t add_file(int fd);

  // A new spool in $TMPDIR (else /tmp), unlinked at once. Returns false with a sentence when it
  // cannot be made.
  bool add_spool(uint16_t* store, std::string* error);

  // Appends to a spool and says where. The first failed write (disk full) is remembered in error().
  PacketRef append(uint16_t store, std::string_view bytes);

  // Bytes of messages that were put together from several packets. The spool is made on first use.
  PacketRef append_assembled(std::string_view bytes);

  bool read(const PacketRef& ref, std::string* out) const;

  const std::string& error() const { return error_; }

 private:
  struct Store;
  std::vector<std::unique_ptr<Store>> stores_;
  mutable std::mutex mutex_;  // guards stores_ and the spools' unwritten tails
  int assembled_ = -1;
  std::string error_;
};

}  // namespace sipladder
