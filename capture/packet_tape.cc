#include "capture/packet_tape.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sipladder {
namespace {

class RecordedSource : public PacketSource {
 public:
  RecordedSource(std::unique_ptr<PacketSource> source, PacketTape& tape,
                 std::vector<SourceInfo>& infos)
      : source_(std::move(source)), tape_(tape), known_(infos) {
    note_infos();
  }

  ReadResult next(Packet* packet) override {
    const ReadResult result = source_->next(packet);
    if (result == ReadResult::packet) tape_.keep(*packet);
    if (result == ReadResult::end) note_infos();
    return result;
  }
  std::vector<int> waits_for() const override { return source_->waits_for(); }
  bool has_arrival_times() const override { return source_->has_arrival_times(); }
  std::vector<const SourceInfo*> infos() const override { return source_->infos(); }

 private:
  void note_infos() {
    known_.clear();
    for (const SourceInfo* info : source_->infos()) known_.push_back(*info);
  }

  std::unique_ptr<PacketSource> source_;
  PacketTape& tape_;
  std::vector<SourceInfo>& known_;
};

}  // namespace

class TapeReader : public PacketSource {
 public:
  explicit TapeReader(const PacketTape& tape) : tape_(tape) {}

  ReadResult next(Packet* packet) override {
    if (at_ >= tape_.end_) return ReadResult::end;
    if (!tape_.read(at_, sizeof *packet, reinterpret_cast<char*>(packet))) return ReadResult::end;
    bytes_.resize(packet->ref.length);
    if (!tape_.read(at_ + sizeof *packet, bytes_.size(), bytes_.data())) return ReadResult::end;
    at_ += sizeof *packet + bytes_.size();
    packet->data = reinterpret_cast<const uint8_t*>(bytes_.data());
    return ReadResult::packet;
  }
  std::vector<const SourceInfo*> infos() const override {
    std::vector<const SourceInfo*> result;
    for (const SourceInfo& info : tape_.infos_) result.push_back(&info);
    return result;
  }

 private:
  const PacketTape& tape_;
  uint64_t at_ = 0;
  std::string bytes_;
};

std::string PacketTape::open(uint64_t limit) {
  constexpr uint64_t kMostByDefault = uint64_t{4} << 30;
  spool_.set_limit(limit);
  const std::string error = spool_.open();
  open_ = error.empty();
  // The messages of the session have a file of their own in the same place, and come first.
  if (limit == 0) spool_.set_limit(std::min(spool_.limit() / 2, kMostByDefault));
  return error;
}

void PacketTape::keep(const Packet& packet) {
  static_assert(std::is_trivially_copyable_v<Packet>);
  Packet kept = packet;
  kept.ref = not_stored(packet.ref.length);
  kept.data = nullptr;
  record_.assign(reinterpret_cast<const char*>(&kept), sizeof kept);
  record_.append(reinterpret_cast<const char*>(packet.data), packet.ref.length);
  uint64_t offset = 0;
  // Records are found only by those before them: nothing is kept once one is lost.
  const bool fits = lost_ == 0 && spool_.append(record_, &offset) && spool_.trouble().empty();
  if (fits) {
    end_ = offset + record_.size();
  } else {
    lost_++;
  }
}

std::unique_ptr<PacketSource> PacketTape::recorded(std::unique_ptr<PacketSource> source) {
  return std::make_unique<RecordedSource>(std::move(source), *this, infos_);
}

std::unique_ptr<PacketSource> PacketTape::replay() const {
  return std::make_unique<TapeReader>(*this);
}

bool PacketTape::read(uint64_t offset, size_t size, char* out) const {
  size_t in_file = 0;
  return spool_.copy_tail(offset, size, out, &in_file) &&
         read_all(spool_.file(), out, in_file, offset);
}

std::string PacketTape::trouble() const {
  if (lost_ == 0) return spool_.trouble();
  return spool_.trouble() + ": the last " + std::to_string(lost_) +
         (lost_ == 1 ? " packet was not kept" : " packets were not kept");
}

}  // namespace sipladder
