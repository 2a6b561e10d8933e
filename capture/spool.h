// An unlinked temporary file (0600) in $TMPDIR, else /tmp, for bytes that records refer to and that
// are in no capture file: those of live, piped and compressed input, and of messages put together
// from several packets. It is written front to back. A segment is given back to the file system
// when nothing refers to it any more.
//
// Threads: no lock inside (PacketLog has one). Bounds: `limit` bytes. What does not fit, or cannot
// be written, is lost, and trouble() says why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipladder {

class Spool {
 public:
  static constexpr uint64_t kSegment = 1 << 20;      // bytes
  static constexpr uint64_t kLeast = 64 * kSegment;  // the smallest limit that makes sense

  Spool() = default;
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // In bytes. 0 at open(): half of what the file system has free then.
  void set_limit(uint64_t bytes) { limit_ = bytes; }
  // Makes the file unless it is there. An empty string, or what is wrong.
  std::string open();
  // Why it is too small for an endless source: a RAM disk with too little room. Empty when it is
  // not.
  std::string too_small() const;

  // Appends bytes and tells their offset. False when they are lost. Requires open().
  bool append(std::string_view bytes, uint64_t* offset);
  // Nothing refers to these bytes any more. To be called once for what one append() has written.
  void forget(uint64_t offset, uint64_t size);

  // Of `size` bytes at `offset`, copies those that are not in the file yet to the end of `out`. The
  // first *in_file bytes are to be read from file(). False when the bytes are lost or were never
  // there.
  bool copy_tail(uint64_t offset, size_t size, char* out, size_t* in_file) const;
  int file() const { return file_; }

  // Bytes that are held now, in the file and in memory.
  uint64_t bytes() const { return written_ + tail_.size() - given_back_ * kSegment; }
  bool is_tight() const { return bytes() > limit_ / 10 * 7; }  // time to forget() something
  uint64_t limit() const { return limit_; }
  const std::string& trouble() const { return trouble_; }  // empty: no bytes were lost

 private:
  void write_tail();
  void give_back(uint64_t segment);
  bool is_lost(uint64_t begin, uint64_t end) const;
  void count(uint64_t offset, uint64_t size, bool more);

  int file_ = -1;
  std::string folder_;
  uint64_t limit_ = 0;
  uint64_t written_ = 0;     // bytes before those of tail_: in the file, given back or lost
  uint64_t given_back_ = 0;  // segments
  std::string tail_;
  std::vector<uint32_t> used_;                       // of each segment: bytes that records refer to
  std::vector<std::pair<uint64_t, uint64_t>> lost_;  // [begin, end) not written, ascending
  std::string trouble_;
};

// pwrite() and pread() of all the bytes. False when that fails; read_all() then leaves errno 0 when
// the file is too short.
bool write_all(int file, std::string_view bytes, uint64_t offset);
bool read_all(int file, char* out, size_t size, uint64_t offset);

}  // namespace sipladder
