#include "capture/byte_input.h"

#include <poll.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sipladder {
namespace {

// A folder of a thousand captures has a thousand windows: they start small and grow with the
// records.
constexpr size_t kWindow = 1 << 20;
constexpr size_t kReadSize = 256 << 10;
constexpr size_t kRawSize = 256 << 10;
constexpr uint64_t kAheadFrom = 32 << 20;  // bytes: a shorter file is not worth a thread

class FdReader : public ByteReader {
 public:
  FdReader(int fd, bool poll) : fd_(fd), poll_(poll) {}
  int64_t read(uint8_t* out, size_t size) override {
    if (poll_) {
      pollfd poll_fd{fd_, POLLIN, 0};
      idle_ = poll(&poll_fd, 1, 0) <= 0;
      if (idle_) return kReadIdle;
    }
    const ssize_t got = ::read(fd_, out, size);
    if (got < 0) return errno == EINTR || errno == EAGAIN ? kReadIdle : kReadFailed;
    consumed_ += static_cast<uint64_t>(got);
    return got;
  }
  uint64_t consumed() const override { return consumed_; }
  std::vector<int> waits_for() const override {
    return idle_ ? std::vector<int>{fd_} : std::vector<int>{};
  }
  bool may_read_ahead() const override { return !poll_; }

 private:
  int fd_;
  bool poll_;
  bool idle_ = false;  // when last asked
  uint64_t consumed_ = 0;
};

// What the readers of gzip and zstd share: raw bytes are asked for when the decoder has used up the
// last ones.
class UnpackingReader : public ByteReader {
 public:
  UnpackingReader(std::unique_ptr<ByteReader> raw, const UnpackLimit& limit)
      : raw_(std::move(raw)), buffer_(kRawSize), limit_(limit) {}
  uint64_t consumed() const override { return raw_->consumed(); }
  std::vector<int> waits_for() const override { return raw_->waits_for(); }
  int64_t read(uint8_t* out, size_t size) final {
    if (is_too_long()) return kReadTooLong;
    const int64_t got = unpack(out, size);
    if (got > 0) unpacked_ += static_cast<uint64_t>(got);
    return got;
  }

 protected:
  bool is_too_long() const {
    if (unpacked_ >= limit_.bytes) return true;
    return unpacked_ > limit_.any_ratio && unpacked_ / limit_.ratio > consumed();
  }
  virtual int64_t unpack(uint8_t* out, size_t size) = 0;
  // Above 0 when raw bytes are there; else what the raw reader said (kReadEnd, kReadIdle, ...).
  int64_t refill() {
    // A decoder that filled the last output may hold more without any further input.
    if (at_ < size_ || output_full_) return 1;
    const int64_t got = raw_->read(buffer_.data(), buffer_.size());
    at_ = 0;
    size_ = got > 0 ? static_cast<size_t>(got) : 0;
    return got;
  }
  std::unique_ptr<ByteReader> raw_;
  std::vector<uint8_t> buffer_;
  size_t at_ = 0;
  size_t size_ = 0;
  uint64_t unpacked_ = 0;
  UnpackLimit limit_;
  bool output_full_ = false;
};

class GzipReader : public UnpackingReader {
 public:
  GzipReader(std::unique_ptr<ByteReader> raw, const UnpackLimit& limit)
      : UnpackingReader(std::move(raw), limit) {
    ready_ = inflateInit2(&stream_, 15 + 32) == Z_OK;
  }
  ~GzipReader() override { inflateEnd(&stream_); }

 protected:
  int64_t unpack(uint8_t* out, size_t size) override {
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
      output_full_ = false;
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
    output_full_ = stream_.avail_out == 0 && !finished_;
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
  ZstdReader(std::unique_ptr<ByteReader> raw, const UnpackLimit& limit)
      : UnpackingReader(std::move(raw), limit), stream_(ZSTD_createDStream(), ZSTD_freeDStream) {}

 protected:
  int64_t unpack(uint8_t* out, size_t size) override {
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
      output_full_ = output.pos == output.size && !finished_;
    }
    return static_cast<int64_t>(output.pos);
  }

 private:
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream_;
  bool finished_ = false;
};

const char* fault_of(int64_t code) {
  if (code == kReadFailed) return "the system cannot read on; data ends";
  if (code == kReadTooLong)
    return "unpacks to more than --max-unpacked and --max-ratio allow; stopped";
  return "compressed data broken or cut off; unpacked data ends";
}

}  // namespace

std::unique_ptr<ByteReader> make_fd_reader(int fd, bool poll) {
  return std::make_unique<FdReader>(fd, poll);
}

std::unique_ptr<ByteReader> make_gzip_reader(std::unique_ptr<ByteReader> raw,
                                             const UnpackLimit& limit) {
  return std::make_unique<GzipReader>(std::move(raw), limit);
}

std::unique_ptr<ByteReader> make_zstd_reader(std::unique_ptr<ByteReader> raw,
                                             const UnpackLimit& limit) {
  return std::make_unique<ZstdReader>(std::move(raw), limit);
}

ByteInput::ByteInput(std::unique_ptr<ByteReader> reader, uint16_t store)
    : reader_(std::move(reader)),
      window_(std::make_unique_for_overwrite<uint8_t[]>(kWindow)),
      capacity_(kWindow),
      store_(store) {}

void ByteInput::grow(size_t capacity) {
  const size_t kept = available();
  auto larger = std::make_unique_for_overwrite<uint8_t[]>(capacity);
  std::memcpy(larger.get(), data(), kept);
  window_ = std::move(larger);
  capacity_ = capacity;
  begin_ = 0;
  end_ = kept;
}

// Makes room for a whole read behind end_, and for `size` bytes in one piece.
void ByteInput::make_room(size_t size) {
  if (capacity_ - end_ >= kReadSize) return;
  if (capacity_ < size + kReadSize) return grow(size + kReadSize);
  const size_t kept = available();
  std::memmove(window_.get(), data(), kept);
  begin_ = 0;
  end_ = kept;
}

int64_t ByteInput::read_more(size_t size) {
  if (ahead_ != nullptr) return take_block(size);
  make_room(size);
  uint8_t* const out = window_.get() + end_;
  const int64_t got = reader_->read(out, std::min(kReadSize, capacity_ - end_));
  if (got <= 0) return got;
  const auto count = static_cast<size_t>(got);
  end_ += count;
  if (offset_ > kAheadFrom && is_stored() && reader_->may_read_ahead()) {
    ahead_ = std::make_unique<ReadAhead>(*reader_);
  }
  return got;
}

// Takes a block that was read ahead. The block becomes the window, and what is left of the old
// window is copied in front of it.
int64_t ByteInput::take_block(size_t size) {
  ReadAhead::Block block = ahead_->next();
  if (block.size == 0) return block.result;
  const size_t kept = available();
  if (kept <= ReadAhead::kHeadroom && size <= ReadAhead::kBlock) {
    std::memcpy(block.buffer.get() + ReadAhead::kHeadroom - kept, data(), kept);
    std::swap(window_, block.buffer);
    if (capacity_ != ReadAhead::kBuffer) {
      block.buffer = std::make_unique_for_overwrite<uint8_t[]>(ReadAhead::kBuffer);
    }
    capacity_ = ReadAhead::kBuffer;
    begin_ = ReadAhead::kHeadroom - kept;
    end_ = ReadAhead::kHeadroom + block.size;
  } else {
    if (capacity_ - end_ < block.size) grow(std::max(size, kept) + 2 * ReadAhead::kBlock);
    std::memcpy(window_.get() + end_, block.buffer.get() + ReadAhead::kHeadroom, block.size);
    end_ += block.size;
  }
  ahead_->give_back(std::move(block.buffer));
  return static_cast<int64_t>(block.size);
}

ByteInput::State ByteInput::fetch(size_t size) {
  while (available() < size) {
    const int64_t got = read_more(size);
    if (got == kReadIdle) return State::idle;
    if (got == kReadEnd) return State::end;
    if (got < 0) {
      fault_ = fault_of(got);
      return State::damaged;
    }
  }
  return State::ready;
}

}  // namespace sipladder
