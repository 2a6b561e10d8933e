// Whole packets of sources that cannot be read a second time (a pipe, a device, HEP), kept while
// they pass, for commands that need their bytes again. In an unlinked temporary file like that of
// the spool (spool.h), bounded alike.
//
// Threads: none inside. Errors: packets beyond the limit, or that a full disk refuses, are not
// kept; trouble() says why, and from when on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/packet_source.h"
#include "capture/spool.h"

namespace sipladder {

class PacketTape {
 public:
  // 0: half of what its file system has free. Empty, or why there can be no tape.
  std::string open(uint64_t limit);

  void keep(const Packet& packet);
  // All that `source` gives is kept as it passes. The tape must outlive it.
  std::unique_ptr<PacketSource> recorded(std::unique_ptr<PacketSource> source);
  // What is kept, from the beginning, with the same numbers. The tape must outlive it.
  std::unique_ptr<PacketSource> replay() const;

  bool is_open() const { return open_; }
  std::string trouble() const;

 private:
  friend class TapeReader;
  bool read(uint64_t offset, size_t size, char* out) const;

  Spool spool_;
  bool open_ = false;
  uint64_t end_ = 0;   // of what is kept
  uint64_t lost_ = 0;  // packets
  std::string record_;
  std::vector<SourceInfo> infos_;
};

}  // namespace sipladder
