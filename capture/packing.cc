#include "capture/packing.h"

#include <algorithm>
#include <cstring>

namespace sipladder {
namespace {

// A pipe cannot be looked at and put back: what was read to tell its packing is given out again
// first.
class PrefixedReader : public ByteReader {
 public:
  PrefixedReader(std::unique_ptr<ByteReader> rest, const uint8_t* bytes, size_t size)
      : rest_(std::move(rest)), prefix_(bytes, bytes + size) {}
  int64_t read(uint8_t* out, size_t size) override {
    if (at_ == prefix_.size()) return rest_->read(out, size);
    const size_t count = std::min(size, prefix_.size() - at_);
    std::memcpy(out, prefix_.data() + at_, count);
    at_ += count;
    return static_cast<int64_t>(count);
  }
  uint64_t consumed() const override { return rest_->consumed(); }

 private:
  std::unique_ptr<ByteReader> rest_;
  std::vector<uint8_t> prefix_;
  size_t at_ = 0;
};

class DetectingReader : public ByteReader {
 public:
  explicit DetectingReader(std::unique_ptr<ByteReader> raw) : reader_(std::move(raw)) {}
  int64_t read(uint8_t* out, size_t size) override {
    while (!detected_) {
      const int64_t got = reader_->read(magic_ + have_, kMagicSize - have_);
      if (got < 0) return got;
      have_ += static_cast<size_t>(got);
      if (got == 0 || have_ == kMagicSize) detect();
    }
    return reader_->read(out, size);
  }
  uint64_t consumed() const override { return reader_->consumed(); }

 private:
  void detect() {
    const Packing packing = packing_of(magic_, static_cast<ssize_t>(have_));
    auto whole = std::make_unique<PrefixedReader>(std::move(reader_), magic_, have_);
    reader_ = make_unpacking_reader(packing, std::move(whole));
    detected_ = true;
  }

  std::unique_ptr<ByteReader> reader_;
  uint8_t magic_[kMagicSize] = {};
  size_t have_ = 0;
  bool detected_ = false;
};

}  // namespace

Packing packing_of(const uint8_t* bytes, ssize_t size) {
  if (size < static_cast<ssize_t>(kMagicSize)) return Packing::unknown;
  if (bytes[0] == 0x1F && bytes[1] == 0x8B) return Packing::gzip;
  static constexpr uint8_t kZstd[] = {0x28, 0xB5, 0x2F, 0xFD};
  if (std::equal(std::begin(kZstd), std::end(kZstd), bytes)) return Packing::zstd;
  static constexpr uint32_t kPlain[] = {0xA1B2C3D4, 0xD4C3B2A1, 0xA1B23C4D, 0x4D3CB2A1, 0x0A0D0D0A};
  uint32_t magic = 0;
  std::memcpy(&magic, bytes, sizeof magic);
  const bool plain = std::find(std::begin(kPlain), std::end(kPlain), magic) != std::end(kPlain);
  return plain ? Packing::none : Packing::unknown;
}

std::unique_ptr<ByteReader> make_unpacking_reader(Packing packing,
                                                  std::unique_ptr<ByteReader> raw) {
  if (packing == Packing::gzip) return make_gzip_reader(std::move(raw));
  if (packing == Packing::zstd) return make_zstd_reader(std::move(raw));
  return raw;
}

std::unique_ptr<ByteReader> make_detecting_reader(std::unique_ptr<ByteReader> raw) {
  return std::make_unique<DetectingReader>(std::move(raw));
}

}  // namespace sipladder
