#include "capture/packet_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sipladder {

namespace {
constexpr size_t kTailBytes = 1 << 20;  // of a spool, written in one go
constexpr uint64_t kNothingLost = UINT64_MAX;

bool write_all(int fd, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t wrote = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(wrote));
    offset += static_cast<uint64_t>(wrote);
  }
  return true;
}

bool read_all(int fd, char* out, size_t size, uint64_t offset) {
  while (size > 0) {
    const ssize_t got = pread(fd, out, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    size -= static_cast<size_t>(got);
    offset += static_cast<uint64_t>(got);
  }
  return true;
}
}  // namespace

struct PacketLog::Store {
  int fd = -1;
  uint64_t written = 0;  // bytes of a spool that are in its file; `tail` holds the rest
  uint64_t lost_from =
      kNothingLost;  // after a failed write a later one leaves a hole, not the bytes
  std::string tail;
  ~Store() {
    if (fd >= 0) close(fd);
  }
};

PacketLog::PacketLog() = default;
PacketLog::~PacketLog() = default;

uint16_t PacketLog::add_file(int fd) {
  const std::lock_guard<std::mutex> lock(mutex_);
  stores_.push_back(std::make_unique<Store>());
  stores_.back()->fd = fd;
  return static_cast<uint16_t>(stores_.size() - 1);
}

bool PacketLog::add_spool(uint16_t* store, std::string* error) {
  const char* folder = std::getenv("TMPDIR");
  std::string path =
      std::string(folder == nullptr || *folder == 0 ? "/tmp" : folder) + "/sipladder.XXXXXX";
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) {
    *error = path + ": cannot make a temporary file: " + std::strerror(errno);
    return false;
  }
  unlink(path.c_str());
  *store = add_file(fd);
  return true;
}

PacketRef PacketLog::append(uint16_t store, std::string_view bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Store& spool = *stores_[store];
  const PacketRef ref{spool.written + spool.tail.size(), static_cast<uint32_t>(bytes.size()),
                      store};
  spool.tail.append(bytes);
  if (spool.tail.size() < kTailBytes) return ref;
  if (spool.lost_from == kNothingLost && !write_all(spool.fd, spool.tail, spool.written)) {
    spool.lost_from = spool.written;
    if (error_.empty()) {
      error_ =
          std::string("the temporary file for packets cannot be written: ") + std::strerror(errno);
    }
  }
  spool.written += spool.tail.size();
  spool.tail.clear();
  return ref;
}

PacketRef PacketLog::append_assembled(std::string_view bytes) {
  if (assembled_ < 0) {
    uint16_t store = 0;
    if (!add_spool(&store, &error_)) return {};
    assembled_ = store;
  }
  return append(static_cast<uint16_t>(assembled_), bytes);
}

bool PacketLog::read(const PacketRef& ref, std::string* out) const {
  int fd = -1;
  size_t in_file = ref.length;
  out->resize(ref.length);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ref.store >= stores_.size()) return false;
    const Store& store = *stores_[ref.store];
    fd = store.fd;
    // A packet of a spool can begin in the file and end in the tail.
    const uint64_t end = ref.offset + ref.length;
    if (!store.tail.empty() && end > store.written) {
      if (end > store.written + store.tail.size()) return false;
      const uint64_t from = std::max(ref.offset, store.written);
      in_file = static_cast<size_t>(from - ref.offset);
      store.tail.copy(out->data() + in_file, ref.length - in_file, from - store.written);
    }
    if (in_file > 0 && ref.offset + in_file > store.lost_from) return false;
  }
  return read_all(fd, out->data(), in_file, ref.offset);
}

}  // namespace sipladder
