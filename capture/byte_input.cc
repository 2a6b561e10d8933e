#include "capture/byte_input.h"

#include <poll.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>

namespace sipladder {
namespace {

constexpr size_t kWindow = 4 << 20;    // larger than any record; 1 to 4 MiB read equally fast
constexpr size_t kReadSize = 1 << 20;
constexpr size_t kRawSize = 256 << 10;
constexpr int kIdleMs = 100;

class FdReader : public ByteReader {
 public:
  FdReader(int fd, bool wait) : fd_(fd), wait_(wait) {}
  int64_t read(uint8_t* out, size_t size) override {
    if (wait_) {
      pollfd poll_fd{fd_, POLLIN, 0};
      if (poll(&poll_fd, 1, kIdleMs) <= 0) return kReadIdle;
    }
    const ssize_t got = ::read(fd_, out, size);
    if (got < 0) return errno == EINTR || errno == EAGAIN ? kReadIdle : kReadEnd;
    consumed_ += static_cast<uint64_t>(got);
    return got;
  }
  uint64_t consumed() const override { return consumed_; }

 private:
  int fd_;
  bool wait_;
  uint64_t consumed_ = 0;
};

// What both packers share: raw bytes are asked for when the decoder has used up the last ones.
class UnpackingReader : public ByteReader {
 public:
  explicit UnpackingReader(std::unique_ptr<ByteReader> raw) : raw_(std::move(raw)), buffer_(kRawSize) {}
  uint64_t consumed() const override { return raw_->consumed(); }

 protected:
  // kReadEnd, kReadIdle, or bytes are there.
  int64_t refill() {
    if (at_ < size_) return 1;
    const int64_t got = raw_->read(buffer_.data(), buffer_.size());
    at_ = 0;
    size_ = got > 0 ? static_cast<size_t>(got) : 0;
    return got;
  }
  std::unique_ptr<ByteReader> raw_;
  std::vector<uint8_t> buffer_;
  size_t at_ = 0;
  size_t size_ = 0;
};

class GzipReader : public UnpackingReader {
 public:
  explicit GzipReader(std::unique_ptr<ByteReader> raw) : UnpackingReader(std::move(raw)) {
    ready_ = inflateInit2(&stream_, 15 + 32) == Z_OK;
  }
  ~GzipReader() override { inflateEnd(&stream_); }
  int64_t read(uint8_t* out, size_t size) override {
    if (!ready_) return kReadDamaged;
    stream_.next_out = out;
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      const int64_t more = refill();
      if (more == kReadEnd) return finished_ ? kReadEnd : kReadDamaged;
      if (more < 0) return more;
      // Files joined by cat are several members, one after another.
      if (finished_) inflateReset(&stream_);
      finished_ = false;
      stream_.next_in = buffer_.data() + at_;
      stream_.avail_in = static_cast<uInt>(size_ - at_);
      const int result = inflate(&stream_, Z_NO_FLUSH);
      at_ = size_ - stream_.avail_in;
      if (result == Z_STREAM_END) {
        finished_ = true;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        ready_ = false;
        break;
      }
    }
    const auto got = static_cast<int64_t>(size - stream_.avail_out);
    return got == 0 ? kReadDamaged : got;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
  bool finished_ = false;
};

class ZstdReader : public UnpackingReader {
 public:
  explicit ZstdReader(std::unique_ptr<ByteReader> raw)
      : UnpackingReader(std::move(raw)), stream_(ZSTD_createDStream(), ZSTD_freeDStream) {}
  int64_t read(uint8_t* out, size_t size) override {
    ZSTD_outBuffer output{out, size, 0};
    while (output.pos == 0) {
      const int64_t more = refill();
      if (more == kReadEnd) return finished_ ? kReadEnd : kReadDamaged;
      if (more < 0) return more;
      ZSTD_inBuffer input{buffer_.data(), size_, at_};
      const size_t result = ZSTD_decompressStream(stream_.get(), &output, &input);
      at_ = input.pos;
      if (ZSTD_isError(result)) return kReadDamaged;
      finished_ = result == 0;
    }
    return static_cast<int64_t>(output.pos);
  }

 private:
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ByteReader> make_fd_reader(int fd, bool wait) { return std::make_unique<FdReader>(fd, wait); }

std::unique_ptr<ByteReader> make_gzip_reader(std::unique_ptr<ByteReader> raw) {
  return std::make_unique<GzipReader>(std::move(raw));
}

std::unique_ptr<ByteReader> make_zstd_reader(std::unique_ptr<ByteReader> raw) {
  return std::make_unique<ZstdReader>(std::move(raw));
}

ByteInput::ByteInput(std::unique_ptr<ByteReader> reader, PacketLog& log, uint16_t store, bool spooled)
    : reader_(std::move(reader)), log_(log), window_(kWindow), store_(store), spooled_(spooled) {}

ByteInput::State ByteInput::need(size_t size) {
  while (available() < size) {
    if (begin_ > 0 && window_.size() - end_ < kReadSize) {
      std::memmove(window_.data(), window_.data() + begin_, available());
      end_ -= begin_;
      begin_ = 0;
    }
    const int64_t got = reader_->read(window_.data() + end_, std::min(kReadSize, window_.size() - end_));
    if (got == kReadIdle) return State::idle;
    if (got == kReadEnd) return State::end;
    if (got < 0) return State::damaged;
    if (spooled_) {
      log_.append(store_, {reinterpret_cast<const char*>(window_.data() + end_), static_cast<size_t>(got)});
    }
    end_ += static_cast<size_t>(got);
  }
  return State::ready;
}

}  // namespace sipladder
