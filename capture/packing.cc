#include "capture/packing.h"

#include <algorithm>
#include <cstring>

namespace sipladder {
namespace {

class PrefixedReader : public ByteReader {
 public:
  PrefixedReader(std::string prefix, std::unique_ptr<ByteReader> rest)
      : rest_(std::move(rest)), prefix_(std::move(prefix)) {}
  int64_t read(uint8_t* out, size_t size) override {
    if (at_ == prefix_.size()) return rest_->read(out, size);
    const size_t count = std::min(size, prefix_.size() - at_);
    std::memcpy(out, prefix_.data() + at_, count);
    at_ += count;
    return static_cast<int64_t>(count);
  }
  uint64_t consumed() const override { return rest_->consumed(); }
  std::vector<int> waits_for() const override { return rest_->waits_for(); }

 private:
  std::unique_ptr<ByteReader> rest_;
  std::string prefix_;
  size_t at_ = 0;
};

}  // namespace

Packing packing_of(const uint8_t* bytes, ssize_t size) {
  if (size < static_cast<ssize_t>(kMagicSize)) return Packing::unknown;
  if (bytes[0] == 0x1F && bytes[1] == 0x8B) return Packing::gzip;
  static constexpr uint8_t kZstd[] = {0x28, 0xB5, 0x2F, 0xFD};
  if (std::equal(std::begin(kZstd), std::end(kZstd), bytes)) return Packing::zstd;
  static constexpr uint32_t kPlain[] = {0xA1B2C3D4, 0xD4C3B2A1, 0xA1B23C4D, 0x4D3CB2A1,
                                        0xA1B2CD34, 0x34CDB2A1, 0x0A0D0D0A};
  uint32_t magic = 0;
  std::memcpy(&magic, bytes, sizeof magic);
  const bool plain = std::find(std::begin(kPlain), std::end(kPlain), magic) != std::end(kPlain);
  return plain ? Packing::none : Packing::unknown;
}

bool is_text(std::string_view beginning) {
  // The magic numbers of captures consist of bytes that text may have, too.
  const auto* bytes = reinterpret_cast<const uint8_t*>(beginning.data());
  if (packing_of(bytes, static_cast<ssize_t>(beginning.size())) != Packing::unknown) return false;
  return !beginning.empty() && std::all_of(beginning.begin(), beginning.end(), [](char c) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == '\x1B';
    return space || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
}

std::unique_ptr<ByteReader> make_unpacking_reader(Packing packing, std::unique_ptr<ByteReader> raw,
                                                  const UnpackLimit& limit) {
  if (packing == Packing::gzip) return make_gzip_reader(std::move(raw), limit);
  if (packing == Packing::zstd) return make_zstd_reader(std::move(raw), limit);
  return raw;
}

std::unique_ptr<ByteReader> make_prefixed_reader(std::string prefix,
                                                 std::unique_ptr<ByteReader> rest) {
  return std::make_unique<PrefixedReader>(std::move(prefix), std::move(rest));
}

}  // namespace sipladder
