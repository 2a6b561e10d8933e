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
  explicit TapeReader(const PacketTape& tape) : tape_(tape), next_(tape.begin_) {}

  ReadResult next(Packet* packet) override {
    if (!read_ahead(sizeof *packet)) return ReadResult::end;
    std::memcpy(packet, bytes_.data() + used_, sizeof *packet);
    if (!read_ahead(sizeof *packet + packet->ref.length)) return ReadResult::end;
    packet->data = reinterpret_cast<const uint8_t*>(bytes_.data()) + used_ + sizeof *packet;
    used_ += sizeof *packet + packet->ref.length;
    return ReadResult::packet;
  }
  std::vector<const SourceInfo*> infos() const override {
    std::vector<const SourceInfo*> result;
    for (const SourceInfo& info : tape_.infos_) result.push_back(&info);
    return result;
  }

 private:
  // Whether `size` bytes behind those that are used are in `bytes_`. They are read a piece at a
  // time: two reads for each packet are most of what a copy of the tape costs.
  bool read_ahead(size_t size) {
    constexpr size_t kPiece = 1 << 18;
    if (bytes_.size() - used_ >= size) return true;
    bytes_.erase(0, used_);
    used_ = 0;
    const size_t had = bytes_.size();
    const auto more =
        static_cast<size_t>(std::min<uint64_t>(std::max(kPiece, size) - had, tape_.end_ - next_));
    bytes_.resize(had + more);
    if (had + more < size || !tape_.read(next_, more, bytes_.data() + had)) return false;
    next_ += more;
    return true;
  }

  const PacketTape& tape_;
  uint64_t next_;      // where the next piece begins
  std::string bytes_;  // whole records and the beginning of one
  size_t used_ = 0;    // of bytes_
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
  while (lost_ == 0 && spool_.bytes() + record_.size() > spool_.limit() && give_up_oldest()) {
  }
  uint64_t offset = 0;
  // Records are found only by those before them: nothing is kept once one is lost.
  const bool fits = lost_ == 0 && spool_.append(record_, &offset) && spool_.trouble().empty();
  if (fits) {
    end_ = offset + record_.size();
  } else {
    lost_++;
  }
}

bool PacketTape::give_up_oldest() {
  Packet oldest;
  if (begin_ >= end_ || !read(begin_, sizeof oldest, reinterpret_cast<char*>(&oldest)))
    return false;
  const uint64_t size = sizeof oldest + oldest.ref.length;
  spool_.forget(begin_, size);
  begin_ += size;
  given_up_++;
  return true;
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
  const auto packets = [](uint64_t count) {
    return std::to_string(count) + (count == 1 ? " packet was" : " packets were");
  };
  if (lost_ != 0) return spool_.trouble() + ": the last " + packets(lost_) + " not kept";
  if (given_up_ == 0) return spool_.trouble();
  return "the temporary file has room for " + std::to_string(spool_.limit() >> 20) +
         " MiB: the oldest " + packets(given_up_) + " given up; give more with --spool";
}

}  // namespace sipladder
