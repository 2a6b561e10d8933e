// The bytes of one capture, in order, through a sliding window: a file as it is, gzip and zstd
// unpacked, standard input as it comes. Bytes that are not in a file of their own go to a spool, so
// that offset() names them in PacketLog all the same.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/packet_log.h"

namespace sipladder {

// What a ByteReader gives: bytes, or one of these.
inline constexpr int64_t kReadEnd = 0;
inline constexpr int64_t kReadIdle = -1;     // nothing within 100 ms, more may come
inline constexpr int64_t kReadDamaged = -2;  // the compressed stream is broken
inline constexpr int64_t kReadFailed = -3;   // the system cannot read on
inline constexpr int64_t kReadTooLong = -4;  // unpacks to more than any capture: a bomb

class ByteReader {
 public:
  virtual ~ByteReader() = default;
  virtual int64_t read(uint8_t* out, size_t size) = 0;
  virtual uint64_t consumed() const = 0;  // bytes of the input, before unpacking
};

std::unique_ptr<ByteReader> make_fd_reader(int fd, bool wait);  // `wait`: a pipe, polled
std::unique_ptr<ByteReader> make_gzip_reader(std::unique_ptr<ByteReader> raw);
std::unique_ptr<ByteReader> make_zstd_reader(std::unique_ptr<ByteReader> raw);

class ByteInput {
 public:
  enum class State { ready, idle, end, damaged };

  // `spooled`: the bytes are appended to `store`, a spool; else `store` is the file itself.
  ByteInput(std::unique_ptr<ByteReader> reader, PacketLog& log, uint16_t store, bool spooled);

  // Makes at least `size` bytes available at data(), unless the input ends or idles before.
  State need(size_t size);
  const uint8_t* data() const { return window_.get() + begin_; }
  size_t available() const { return end_ - begin_; }
  void consume(size_t size) {
    begin_ += size;
    offset_ += size;
  }
  uint64_t offset() const { return offset_; }  // of data() in the store
  uint16_t store() const { return store_; }
  const char* fault() const { return fault_; }  // why need() said damaged
  uint64_t consumed() const { return reader_->consumed(); }

 private:
  void make_room(size_t size);

  std::unique_ptr<ByteReader> reader_;
  PacketLog& log_;
  std::unique_ptr<uint8_t[]> window_;
  size_t capacity_ = 0;
  const char* fault_ = "";
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t offset_ = 0;
  uint16_t store_ = 0;
  bool spooled_ = false;
};

}  // namespace sipladder
