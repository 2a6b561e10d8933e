#include "capture/pipe_source.h"

#include "capture/capture_file.h"
#include "capture/packing.h"
#include "capture/text_trace.h"

namespace sipladder {
namespace {

class PipeSource : public PacketSource {
 public:
  PipeSource(std::string name, uint16_t index, std::unique_ptr<ByteReader> raw,
             const UnpackLimit& unpack, KeyLog* keys)
      : reader_(std::move(raw)), unpack_(unpack), keys_(keys), index_(index) {
    waiting_.name = std::move(name);
  }

  ReadResult next(Packet* packet) override {
    while (source_ == nullptr) {
      if (!look()) return ReadResult::idle;
    }
    return source_->next(packet);
  }

  std::vector<int> waits_for() const override {
    return source_ == nullptr ? reader_->waits_for() : source_->waits_for();
  }

  std::vector<const SourceInfo*> infos() const override {
    return source_ == nullptr ? std::vector<const SourceInfo*>{&waiting_} : source_->infos();
  }

 private:
  // Reads towards the first kMagicSize bytes. False when nothing has come.
  bool look() {
    uint8_t bytes[kMagicSize];
    const int64_t got = reader_->read(bytes, kMagicSize - seen_.size());
    if (got == kReadIdle) return false;
    if (got > 0) seen_.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(got));
    if (got <= 0 || seen_.size() == kMagicSize) tell();
    return true;
  }

  // Decides what the bytes are. What comes out of a packed stream is looked at once more.
  void tell() {
    const auto* magic = reinterpret_cast<const uint8_t*>(seen_.data());
    const Packing packing = packing_of(magic, static_cast<ssize_t>(seen_.size()));
    const bool packed = packing == Packing::gzip || packing == Packing::zstd;
    const bool text = is_text(seen_);
    reader_ = make_prefixed_reader(std::move(seen_), std::move(reader_));
    seen_.clear();
    if (packed && !unpacked_) {
      reader_ = make_unpacking_reader(packing, std::move(reader_), unpack_);
      unpacked_ = true;
    } else if (text) {
      source_ = std::make_unique<TextTrace>(waiting_.name, index_, 0, std::move(reader_));
    } else {
      auto file = std::make_unique<CaptureFile>(waiting_.name, index_, 0,
                                                ByteInput(std::move(reader_), kNotStored));
      file->give_secrets_to(keys_);
      source_ = std::move(file);
    }
  }

  std::unique_ptr<ByteReader> reader_;
  std::unique_ptr<PacketSource> source_;  // null until it is known what comes
  SourceInfo waiting_;
  std::string seen_;
  UnpackLimit unpack_;
  KeyLog* keys_ = nullptr;
  bool unpacked_ = false;
  uint16_t index_ = 0;
};

}  // namespace

std::unique_ptr<PacketSource> make_pipe_source(std::string name, uint16_t index,
                                               std::unique_ptr<ByteReader> raw,
                                               const UnpackLimit& unpack, KeyLog* keys) {
  return std::make_unique<PipeSource>(std::move(name), index, std::move(raw), unpack, keys);
}

}  // namespace sipladder
