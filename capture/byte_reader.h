// Where the bytes of a capture come from: a descriptor, or another reader whose bytes are unpacked.
//
// Threads: one at a time. A reader that another one is made from is owned by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace sipladder {

// What ByteReader::read() returns: a number of bytes above 0, or one of these.
inline constexpr int64_t kReadEnd = 0;
inline constexpr int64_t kReadIdle = -1;     // nothing now, more may come
inline constexpr int64_t kReadDamaged = -2;  // the compressed stream is broken
inline constexpr int64_t kReadFailed = -3;   // the system cannot read on
inline constexpr int64_t kReadTooLong = -4;  // unpacks to more than UnpackLimit

// What packed input may become: a bomb of some kilobytes would fill any disk or take all day.
struct UnpackLimit {
  uint64_t bytes = uint64_t{64} << 30;
  uint32_t ratio = 250;                     // of unpacked to packed bytes,
  uint64_t any_ratio = uint64_t{64} << 20;  // beyond so many unpacked ones
};

class ByteReader {
 public:
  virtual ~ByteReader() = default;
  virtual int64_t read(uint8_t* out, size_t size) = 0;
  virtual uint64_t consumed() const = 0;  // bytes of the input so far, counted before unpacking
  // After kReadIdle: the descriptors that become readable when there is more.
  virtual std::vector<int> waits_for() const { return {}; }
  virtual bool may_read_ahead() const { return false; }  // true of a file, which never idles
};

// Does not own `fd`. `poll`: a pipe, where read() must not wait.
std::unique_ptr<ByteReader> make_fd_reader(int fd, bool poll);
std::unique_ptr<ByteReader> make_gzip_reader(std::unique_ptr<ByteReader> raw,
                                             const UnpackLimit& limit);
std::unique_ptr<ByteReader> make_zstd_reader(std::unique_ptr<ByteReader> raw,
                                             const UnpackLimit& limit);

}  // namespace sipladder
