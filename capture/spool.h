// The bytes that records refer to and that are in no file of their own (live, piped, compressed
// input, messages put together from several packets), appended to an unlinked temporary file (0600)
// in $TMPDIR, else /tmp. Segments are given back to the file system when nothing refers to them any
// more.
//
// Threads: none inside (PacketLog has the lock). Bounds: `limit` bytes; what does not fit, or
// cannot be written, is lost, and trouble() says why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipladder {

class Spool {
 public:
  static constexpr uint64_t kSegment = 1 << 20;
  static constexpr uint64_t kLeast = 64 * kSegment;  // a limit below it is refused

  Spool() = default;
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // 0: half of what its file system has free when it is opened.
  void set_limit(uint64_t bytes) { limit_ = bytes; }
  // Makes the file unless it is there. An empty string, or what is wrong.
  std::string open();
  // What is wrong when an endless source is to fill it: a RAM disk with too little room.
  std::string too_small() const;

  // False when the bytes are lost. Requires open().
  bool append(std::string_view bytes, uint64_t* offset);
  // Nothing refers to these bytes any more. Each once.
  void forget(uint64_t offset, uint64_t size);

  // The part of `size` bytes at `offset` that is in memory only goes to the end of *out; the rest
  // is to be read from file().
  bool copy_tail(uint64_t offset, size_t size, char* out, size_t* in_file) const;
  int file() const { return file_; }

  uint64_t bytes() const { return written_ + tail_.size() - given_back_ * kSegment; }
  bool is_tight() const { return bytes() > limit_ / 10 * 7; }  // time to forget something
  uint64_t limit() const { return limit_; }
  const std::string& trouble() const { return trouble_; }  // empty: all bytes are kept

 private:
  void write_tail();
  void give_back(uint64_t segment);
  bool is_lost(uint64_t begin, uint64_t end) const;
  void count(uint64_t offset, uint64_t size, bool more);

  int file_ = -1;
  std::string folder_;
  uint64_t limit_ = 0;
  uint64_t written_ = 0;     // bytes in the file, the lost ones included; tail_ holds those behind
  uint64_t given_back_ = 0;  // segments
  std::string tail_;
  std::vector<uint32_t> used_;                       // of each segment: bytes that records refer to
  std::vector<std::pair<uint64_t, uint64_t>> lost_;  // that could not be written, ascending
  std::string trouble_;
};

bool write_all(int file, std::string_view bytes, uint64_t offset);
bool read_all(int file, char* out, size_t size, uint64_t offset);

}  // namespace sipladder
