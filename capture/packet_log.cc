#include "capture/packet_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sipladder {

namespace {

constexpr size_t kReadAhead = 64 << 10;
constexpr uint64_t kNear = 8 << 10;  // bytes; beyond, most of a window would be read in vain

}  // namespace

// A caller who reads one message after the other gets them from a window of the file. One system
// call for each of them was an eighth of the time in which tables are written. A thread that finds
// the window in use reads without it.
struct PacketLog::File {
  int fd = -1;
  std::string name;
  ~File() {
    if (fd >= 0) close(fd);
  }

  bool read(uint64_t offset, size_t size, char* out) {
    if (!mutex.try_lock()) return read_all(fd, out, size, offset);
    const bool whole = read_through_window(offset, size, out);
    mutex.unlock();
    return whole;
  }

 private:
  bool read_through_window(uint64_t offset, size_t size, char* out)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    const bool goes_on = offset > last && offset - last <= kNear && size <= kReadAhead / 2;
    last = offset;
    if (goes_on && (offset < begin || offset + size > begin + held)) fill(offset);
    if (!goes_on || offset + size > begin + held) return read_all(fd, out, size, offset);
    std::memcpy(out, window.data() + (offset - begin), size);
    return true;
  }

  void fill(uint64_t offset) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    window.resize(kReadAhead);
    const ssize_t got = pread(fd, window.data(), kReadAhead, static_cast<off_t>(offset));
    begin = offset;
    held = got < 0 ? 0 : static_cast<size_t>(got);
  }

  Mutex mutex;
  std::string window ABSL_GUARDED_BY(mutex);
  uint64_t begin ABSL_GUARDED_BY(mutex) = 0;  // where the window stands in the file
  size_t held ABSL_GUARDED_BY(mutex) = 0;     // bytes of it that are there
  uint64_t last ABSL_GUARDED_BY(mutex) = 0;   // offset of the read before
};

PacketLog::PacketLog() = default;
PacketLog::~PacketLog() = default;

uint16_t PacketLog::add_file(int fd, std::string name) {
  const MutexLock lock(mutex_);
  files_.push_back(std::make_unique<File>());
  files_.back()->fd = fd;
  files_.back()->name = std::move(name);
  return static_cast<uint16_t>(files_.size() - 1);
}

void PacketLog::set_spool_limit(uint64_t bytes) {
  const MutexLock lock(mutex_);
  spool_.set_limit(bytes);
}

std::string PacketLog::open_spool(bool endless) {
  if (!needs_spool_) return {};
  const MutexLock lock(mutex_);
  const std::string error = spool_.open();
  return error.empty() && endless ? spool_.too_small() : error;
}

PacketRef PacketLog::append(std::string_view bytes) {
  const MutexLock lock(mutex_);
  PacketRef ref{0, static_cast<uint32_t>(bytes.size()), kSpool};
  const std::string error = spool_.open();
  const bool kept = error.empty() && spool_.append(bytes, &ref.offset);
  if (!kept) ref.offset = kLostPlaces + lost_++;
  if (reason_.empty()) reason_ = error;
  tight_.store(spool_.is_tight(), std::memory_order_relaxed);
  return ref;
}

void PacketLog::forget(const PacketRef& ref) {
  if (ref.store != kSpool) return;
  const MutexLock lock(mutex_);
  spool_.forget(ref.offset, ref.length);
  tight_.store(spool_.is_tight(), std::memory_order_relaxed);
}

uint64_t PacketLog::spool_bytes() const {
  const MutexLock lock(mutex_);
  return spool_.bytes();
}

bool PacketLog::read_spool(const PacketRef& ref, char* out) const {
  size_t in_file = 0;
  int file = -1;
  {
    const MutexLock lock(mutex_);
    if (!spool_.copy_tail(ref.offset, ref.length, out, &in_file)) return false;
    file = spool_.file();
  }
  return read_all(file, out, in_file, ref.offset);
}

bool PacketLog::read(const PacketRef& ref, std::string* out) const {
  out->resize(ref.length);
  bool whole = false;
  errno = 0;
  if (ref.store == kSpool) {
    whole = read_spool(ref, out->data());
  } else {
    File* file = nullptr;
    {
      const MutexLock lock(mutex_);
      if (ref.store < files_.size()) file = files_[ref.store].get();
    }
    whole = file != nullptr && file->read(ref.offset, ref.length, out->data());
  }
  if (!whole) note_unreadable(ref, reason_of(ref, errno));
  return whole;
}

bool PacketLog::can_read(const PacketRef& ref) const {
  const MutexLock lock(mutex_);
  if (ref.store == kSpool) {
    std::string tail(ref.length, '\0');
    size_t in_file = 0;
    return spool_.copy_tail(ref.offset, ref.length, tail.data(), &in_file);
  }
  struct stat status {};
  if (ref.store >= files_.size() || fstat(files_[ref.store]->fd, &status) != 0) return false;
  return ref.offset + ref.length <= static_cast<uint64_t>(status.st_size);
}

std::string PacketLog::reason_of(const PacketRef& ref, int error) const {
  const MutexLock lock(mutex_);
  if (ref.store >= files_.size()) return spool_.trouble();
  const File& file = *files_[ref.store];
  if (error != 0) return file.name + ": " + std::strerror(error);
  struct stat status {};
  if (fstat(file.fd, &status) != 0) return file.name + ": " + std::strerror(errno);
  return file.name + ": the file has been cut to " + std::to_string(status.st_size) +
         " bytes since it was read";
}

void PacketLog::note_changed(const PacketRef& ref) const {
  std::string name;
  {
    const MutexLock lock(mutex_);
    if (ref.store < files_.size()) name = files_[ref.store]->name + ": ";
  }
  note_unreadable(ref, name + "the file has been written anew since it was read");
}

void PacketLog::note_unreadable(const PacketRef& ref, const std::string& reason) const {
  const MutexLock lock(mutex_);
  if (reason_.empty()) reason_ = reason;
  if (unreadable_places_.size() < kMostCounted &&
      !unreadable_places_.insert(uint64_t{ref.store} << 48 | ref.offset).second) {
    return;
  }
  unreadable_++;
}

std::string PacketLog::trouble() const {
  const MutexLock lock(mutex_);
  const std::string& reason = reason_.empty() ? spool_.trouble() : reason_;
  const uint64_t count = unreadable();
  if (count == 0) return reason;
  return reason + ": the bytes of " +
         (count == 1 ? "one message" : std::to_string(count) + " messages") +
         " can no longer be read";
}

}  // namespace sipladder
