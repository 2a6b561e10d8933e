#include "capture/packet_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sipladder {

namespace {
constexpr size_t kTailBytes = 1 << 20;  // of a spool, written in one go
}

struct PacketLog::Store {
  int fd = -1;
  uint64_t written = 0;  // bytes of a spool that are in its file; `tail` holds the rest
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
  std::string path = std::string(folder == nullptr || *folder == 0 ? "/tmp" : folder) + "/sipladder.XXXXXX";
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
  const PacketRef ref{spool.written + spool.tail.size(), static_cast<uint32_t>(bytes.size()), store};
  spool.tail.append(bytes);
  if (spool.tail.size() < kTailBytes) return ref;
  const ssize_t wrote = pwrite(spool.fd, spool.tail.data(), spool.tail.size(), static_cast<off_t>(spool.written));
  if (wrote != static_cast<ssize_t>(spool.tail.size()) && error_.empty()) {
    error_ = std::string("the temporary file for packets cannot be written: ") + std::strerror(errno);
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
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ref.store >= stores_.size()) return false;
    const Store& store = *stores_[ref.store];
    if (!store.tail.empty() && ref.offset >= store.written) {
      if (ref.offset + ref.length > store.written + store.tail.size()) return false;
      out->assign(store.tail, ref.offset - store.written, ref.length);
      return true;
    }
    fd = store.fd;
  }
  out->resize(ref.length);
  return pread(fd, out->data(), ref.length, static_cast<off_t>(ref.offset)) == static_cast<ssize_t>(ref.length);
}

}  // namespace sipladder
