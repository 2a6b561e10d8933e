// Opening what the user named: files, folders, standard input; several merged by time.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "capture/capture_file.h"
#include "capture/filter.h"

namespace sipladder {
namespace {

enum class Packing { none, gzip, zstd, unknown };

Packing packing_of(const uint8_t* bytes, ssize_t size) {
  if (size >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B) return Packing::gzip;
  if (size >= 4 && bytes[0] == 0x28 && bytes[1] == 0xB5 && bytes[2] == 0x2F && bytes[3] == 0xFD) return Packing::zstd;
  static constexpr uint32_t kMagics[] = {0xA1B2C3D4, 0xD4C3B2A1, 0xA1B23C4D, 0x4D3CB2A1, 0x0A0D0D0A};
  uint32_t magic = 0;
  if (size >= 4) std::memcpy(&magic, bytes, 4);
  const bool known = std::find(std::begin(kMagics), std::end(kMagics), magic) != std::end(kMagics);
  return known ? Packing::none : Packing::unknown;
}

std::unique_ptr<ByteReader> unpack(Packing packing, std::unique_ptr<ByteReader> reader) {
  if (packing == Packing::gzip) return make_gzip_reader(std::move(reader));
  if (packing == Packing::zstd) return make_zstd_reader(std::move(reader));
  return reader;
}

// Standard input cannot be looked at and put back: what was read to tell its packing is given out again first.
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

std::unique_ptr<PacketSource> open_pipe(const std::string& name, int fd, uint16_t index, PacketLog& log,
                                        std::string* error) {
  uint8_t magic[4];
  size_t have = 0;
  while (have < sizeof magic) {
    const ssize_t got = read(fd, magic + have, sizeof magic - have);
    if (got <= 0) break;
    have += static_cast<size_t>(got);
  }
  const Packing packing = packing_of(magic, static_cast<ssize_t>(have));
  uint16_t store = 0;
  if (packing == Packing::unknown) {
    *error = name + ": not a capture (pcap, pcapng, .gz, .zst) at byte 0";
    return nullptr;
  }
  if (!log.add_spool(&store, error)) return nullptr;
  auto reader = std::make_unique<PrefixedReader>(make_fd_reader(fd, true), magic, have);
  return std::make_unique<CaptureFile>(name, index, 0, ByteInput(unpack(packing, std::move(reader)), log, store, true));
}

std::unique_ptr<PacketSource> open_one(const std::string& name, uint16_t index, PacketLog& log, std::string* error) {
  if (name == "-") return open_pipe("standard input", STDIN_FILENO, index, log, error);
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status{};
  if (fd < 0 || fstat(fd, &status) != 0) {
    *error = name + ": cannot be opened: " + std::strerror(errno);
    return nullptr;
  }
  if (!S_ISREG(status.st_mode)) return open_pipe(name, fd, index, log, error);
  uint8_t magic[4];
  const ssize_t got = pread(fd, magic, sizeof magic, 0);
  const Packing packing = packing_of(magic, got);
  if (packing == Packing::unknown) {
    close(fd);
    *error = name + (got <= 0 ? ": the file is empty" : ": not a capture file (pcap, pcapng, .gz, .zst) at byte 0");
    return nullptr;
  }
  uint16_t store = log.add_file(fd);
  const bool spooled = packing != Packing::none;
  if (spooled && !log.add_spool(&store, error)) return nullptr;
  return std::make_unique<CaptureFile>(name, index, static_cast<uint64_t>(status.st_size),
                                       ByteInput(unpack(packing, make_fd_reader(fd, false)), log, store, spooled));
}

bool is_capture(const std::string& name) {
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  uint8_t magic[4];
  const ssize_t got = pread(fd, magic, sizeof magic, 0);
  close(fd);
  return packing_of(magic, got) != Packing::unknown;
}

// A folder means the captures in it, by name.
std::vector<std::string> expand(const std::vector<std::string>& names, std::vector<std::string>* errors) {
  std::vector<std::string> result;
  for (const std::string& name : names) {
    std::error_code code;
    if (!std::filesystem::is_directory(name, code)) {
      result.push_back(name);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : std::filesystem::directory_iterator(name, code)) {
      if (entry.is_regular_file(code) && is_capture(entry.path().string())) inside.push_back(entry.path().string());
    }
    std::sort(inside.begin(), inside.end());
    if (inside.empty()) errors->push_back(name + ": no capture file in this folder");
    result.insert(result.end(), inside.begin(), inside.end());
  }
  return result;
}

// Several sources as one, by time; of equal times the source named first comes first.
class MergedSource : public PacketSource {
 public:
  explicit MergedSource(std::vector<std::unique_ptr<PacketSource>> sources) {
    for (auto& source : sources) heads_.push_back({std::move(source), {}, State::empty});
  }

  ReadResult next(Packet* packet) override {
    bool idle = false;
    Head* earliest = nullptr;
    for (Head& head : heads_) {
      if (head.state == State::empty) {
        const ReadResult result = head.source->next(&head.packet);
        idle = idle || result == ReadResult::idle;
        if (result == ReadResult::packet) head.state = State::ready;
        if (result == ReadResult::end) head.state = State::ended;
      }
      if (head.state == State::ready && (earliest == nullptr || head.packet.time_ns < earliest->packet.time_ns)) {
        earliest = &head;
      }
    }
    if (idle) return ReadResult::idle;
    if (earliest == nullptr) return ReadResult::end;
    *packet = earliest->packet;
    earliest->state = State::empty;
    return ReadResult::packet;
  }

  std::vector<const SourceInfo*> infos() const override {
    std::vector<const SourceInfo*> result;
    for (const Head& head : heads_) {
      for (const SourceInfo* info : head.source->infos()) result.push_back(info);
    }
    return result;
  }

 private:
  enum class State { empty, ready, ended };
  struct Head {
    std::unique_ptr<PacketSource> source;
    Packet packet;
    State state;
  };
  std::vector<Head> heads_;
};

}  // namespace

std::unique_ptr<PacketSource> open_captures(const std::vector<std::string>& names, const OpenOptions& options,
                                            PacketLog& log, std::vector<std::string>* errors) {
  std::vector<std::unique_ptr<PacketSource>> sources;
  for (const std::string& name : expand(names, errors)) {
    std::string error;
    auto source = open_one(name, static_cast<uint16_t>(sources.size()), log, &error);
    if (source == nullptr) {
      errors->push_back(error);
    } else {
      sources.push_back(std::move(source));
    }
  }
  if (sources.empty()) return nullptr;
  std::unique_ptr<PacketSource> source =
      sources.size() == 1 ? std::move(sources[0]) : std::make_unique<MergedSource>(std::move(sources));
  if (options.bpf.empty()) return source;
  std::string error;
  source = filter_source(std::move(source), options.bpf, &error);
  if (source == nullptr) errors->push_back(error);
  return source;
}

}  // namespace sipladder
