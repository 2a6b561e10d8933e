#include "capture/spool.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sipladder {
namespace {

constexpr size_t kTailBytes = Spool::kSegment;  // written in one go
constexpr size_t kMaxLost = 1000;  // ranges; the last one then grows over what lies between

uint64_t free_bytes(int file) {
  struct statvfs status {};
  return fstatvfs(file, &status) == 0 ? uint64_t{status.f_bavail} * status.f_frsize : 0;
}

std::string mib_text(uint64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

}  // namespace

bool write_all(int file, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t wrote = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(wrote));
    offset += static_cast<uint64_t>(wrote);
  }
  return true;
}

bool read_all(int file, char* out, size_t size, uint64_t offset) {
  while (size > 0) {
    errno = 0;
    const ssize_t got = pread(file, out, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    size -= static_cast<size_t>(got);
    offset += static_cast<uint64_t>(got);
  }
  return true;
}

Spool::~Spool() {
  if (file_ >= 0) close(file_);
}

std::string Spool::open() {
  if (file_ >= 0) return {};
  const char* folder = std::getenv("TMPDIR");
  folder_ = folder == nullptr || *folder == 0 ? "/tmp" : folder;
  std::string path = folder_ + "/sipladder.XXXXXX";
  file_ = mkostemp(path.data(), O_CLOEXEC);
  if (file_ < 0) {
    return path + ": cannot make a temporary file: " + std::strerror(errno) +
           ": set TMPDIR to another folder";
  }
  unlink(path.c_str());
  if (limit_ == 0) limit_ = std::max(free_bytes(file_) / 2, kLeast);
  return {};
}

std::string Spool::too_small() const {
  struct statfs status {};
  const bool memory = fstatfs(file_, &status) == 0 && status.f_type == TMPFS_MAGIC;
  const uint64_t room = free_bytes(file_);
  if (!memory || room >= 2 * kLeast) return {};
  return folder_ + ": a RAM disk with " + mib_text(room) +
         " free is too small for the packets that are kept: set TMPDIR to a folder on a disk";
}

bool Spool::append(std::string_view bytes, uint64_t* offset) {
  if (this->bytes() + bytes.size() > limit_) {
    if (trouble_.empty()) {
      trouble_ = "the temporary file in " + folder_ + " has reached its limit of " +
                 mib_text(limit_) + ": give more with --spool";
    }
    return false;
  }
  *offset = written_ + tail_.size();
  tail_.append(bytes);
  count(*offset, bytes.size(), true);
  if (tail_.size() >= kTailBytes) write_tail();
  return true;
}

void Spool::write_tail() {
  const uint64_t end = written_ + tail_.size();
  if (!write_all(file_, tail_, written_)) {
    if (trouble_.empty()) {
      trouble_ = "the temporary file in " + folder_ +
                 " cannot be written: " + std::strerror(errno) +
                 ": set TMPDIR to a folder with more room";
    }
    const bool goes_on =
        !lost_.empty() && (lost_.back().second == written_ || lost_.size() >= kMaxLost);
    if (goes_on) {
      lost_.back().second = end;
    } else {
      lost_.emplace_back(written_, end);
    }
  }
  const uint64_t first = written_ / kSegment;
  written_ = end;
  tail_.clear();
  for (uint64_t segment = first; (segment + 1) * kSegment <= written_; segment++) {
    if (used_[segment] == 0) give_back(segment);
  }
}

void Spool::count(uint64_t offset, uint64_t size, bool more) {
  while (size > 0) {
    const uint64_t segment = offset / kSegment;
    const uint64_t part = std::min(size, (segment + 1) * kSegment - offset);
    if (used_.size() <= segment) used_.resize(segment + 1);
    const auto bytes = static_cast<uint32_t>(part);
    const uint32_t before = used_[segment];
    used_[segment] = more ? before + bytes : before - std::min(bytes, before);
    const bool written = (segment + 1) * kSegment <= written_;
    if (before != 0 && used_[segment] == 0 && written) give_back(segment);
    offset += part;
    size -= part;
  }
}

void Spool::forget(uint64_t offset, uint64_t size) {
  if (offset + size <= written_ + tail_.size()) count(offset, size, false);
}

void Spool::give_back(uint64_t segment) {
  fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
            static_cast<off_t>(segment * kSegment), static_cast<off_t>(kSegment));
  given_back_++;
}

bool Spool::is_lost(uint64_t begin, uint64_t end) const {
  return std::any_of(lost_.begin(), lost_.end(),
                     [&](const auto& range) { return begin < range.second && range.first < end; });
}

bool Spool::copy_tail(uint64_t offset, size_t size, char* out, size_t* in_file) const {
  const uint64_t end = offset + size;
  if (end > written_ + tail_.size() || is_lost(offset, end)) return false;
  const uint64_t from = std::clamp(written_, offset, end);
  *in_file = static_cast<size_t>(from - offset);
  tail_.copy(out + *in_file, size - *in_file, from - std::min(from, written_));
  return true;
}

}  // namespace sipladder
