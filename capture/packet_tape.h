// Keeps whole packets of sources that cannot be read a second time (a pipe, a device, HEP) while
// they pass, for commands that need their bytes again. They go into an unlinked temporary file like
// that of the spool (spool.h), with a limit of the same kind.
//
// Threads: one. Bounds: the limit. When it is reached, the oldest packets give way: whoever watches
// a device for days wants to save the call of a minute ago. Errors: once a packet finds the disk
// full, neither it nor any later packet is kept. trouble() tells of both, and how many.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/packet_source.h"
#include "capture/spool.h"

namespace sipladder {

class PacketTape {
 public:
  // `limit` in bytes; 0: half of what the file system has free. Empty, or why there can be no tape.
  std::string open(uint64_t limit);

  void keep(const Packet& packet);
  // A source that passes on what `source` gives and keeps it. The tape must outlive it.
  std::unique_ptr<PacketSource> recorded(std::unique_ptr<PacketSource> source);
  // A source that gives what is kept, the oldest first, with the same frame and source numbers.
  // The tape must outlive it.
  std::unique_ptr<PacketSource> replay() const;

  bool is_open() const { return open_; }
  std::string trouble() const;

 private:
  friend class TapeReader;
  // False when there is none, or it cannot be read.
  bool give_up_oldest();
  bool read(uint64_t offset, size_t size, char* out) const;

  Spool spool_;
  bool open_ = false;
  uint64_t begin_ = 0, end_ = 0;  // of what is kept
  uint64_t given_up_ = 0;         // packets, the oldest
  uint64_t lost_ = 0;             // packets, the newest
  std::string record_;
  std::vector<SourceInfo> infos_;
};

}  // namespace sipladder
