#include "probe/ring_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "capture/crc32.h"
#include "capture/spool.h"
#include "capture/time_units.h"
#include "correlate/model/call_label.h"

namespace sipladder {
namespace {

constexpr uint32_t kIndexMagic = 0x58444C53;  // "SLDX"
constexpr uint32_t kIndexVersion = 1;
constexpr uint64_t kSliceMask = 0xFFFF;
constexpr size_t kMostStaged = 1 << 20;

struct Header {
  uint32_t magic = kIndexMagic;
  uint32_t version = kIndexVersion;
  uint64_t capture_bytes = 0;
  int64_t capture_changed_ns = 0;
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  int64_t base_ns = 0;  // where the first slice begins
  uint64_t count = 0;
  uint32_t crc = 0;  // of all fields before
  uint32_t unused = 0;
};
static_assert(sizeof(Header) == 64);

uint32_t crc_of(const Header& header) {
  return crc32_of({reinterpret_cast<const char*>(&header), offsetof(Header, crc)});
}

// FNV-1a, mixed by the end of SplitMix64. It is the same in every process and on every machine. The
// bits of the slice are 0.
uint64_t hash_of(IndexKey kind, std::string_view text) {
  uint64_t hash = 0xCBF29CE484222325 ^ static_cast<uint8_t>(kind);
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
  return (hash ^ (hash >> 31)) & ~kSliceMask;
}

// False when the capture is not there.
bool read_state(const std::string& capture, Header* header) {
  struct stat status {};
  if (stat(capture.c_str(), &status) != 0) return false;
  header->capture_bytes = static_cast<uint64_t>(status.st_size);
  header->capture_changed_ns = int64_t{status.st_mtim.tv_sec} * kSecondNs + status.st_mtim.tv_nsec;
  return true;
}

// The time from the slice of one entry to that of another. The first slice stands for all that came
// before it, too, and the last one for all that came behind it.
TimeSpan slice_times(const TimeSpan& span, int64_t base_ns, uint64_t first, uint64_t last) {
  const auto number = [](uint64_t entry) { return static_cast<int64_t>(entry & kSliceMask); };
  TimeSpan result;
  result.first_ns = base_ns + number(first) * kSliceNs;
  result.last_ns = base_ns + (number(last) + 1) * kSliceNs;
  if (number(first) == 0) result.first_ns = std::min(result.first_ns, span.first_ns);
  if (number(last) == kSliceMask) result.last_ns = std::max(result.last_ns, span.last_ns);
  return result;
}

}  // namespace

std::string index_path(const std::string& capture) {
  return capture + ".idx";
}

void IndexBuilder::note(const Packet& packet, uint64_t number) {
  if (packets_++ == 0) span_ = {packet.time_ns, packet.time_ns};
  span_.first_ns = std::min(span_.first_ns, packet.time_ns);
  span_.last_ns = std::max(span_.last_ns, packet.time_ns);
  if (!staged_.empty()) settle_until(number);
}

void IndexBuilder::add(const Datagram& datagram, const SipIndex& sip, uint64_t number) {
  const CallNames names = names_in(sip);
  const int64_t time_ns = datagram.time_ns;
  stage(IndexKey::call_id, names.call_id, time_ns, number);
  stage(IndexKey::user, names.caller, time_ns, number);
  stage(IndexKey::user, names.callee, time_ns, number);
  stage(IndexKey::address, to_string(datagram.src.ip), time_ns, number);
  stage(IndexKey::address, to_string(datagram.dst.ip), time_ns, number);
}

void IndexBuilder::stage(IndexKey kind, std::string_view text, int64_t time_ns, uint64_t number) {
  staged_.push_back({number, hash_of(kind, text), time_ns});
  if (staged_.size() >= kMostStaged) settle();
}

void IndexBuilder::settle() {
  settle_until(UINT64_MAX);
}

void IndexBuilder::settle_until(uint64_t number) {
  size_t done = 0;
  for (; done < staged_.size() && staged_[done].number <= number; done++) {
    const Staged& one = staged_[done];
    if (full_) continue;
    if (entries_.empty()) base_ns_ = one.time_ns;
    const int64_t slice = std::clamp<int64_t>((one.time_ns - base_ns_) / kSliceNs, 0, kSliceMask);
    entries_.push_back(one.hash | static_cast<uint64_t>(slice));
    if (entries_.size() >= shrink_at_) shrink();
  }
  staged_.erase(staged_.begin(), staged_.begin() + static_cast<std::ptrdiff_t>(done));
}

// Removes duplicates: a call has many messages with the same names.
void IndexBuilder::shrink() {
  std::sort(entries_.begin(), entries_.end());
  entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
  shrink_at_ = std::max(shrink_at_, entries_.size() * 2);
  full_ = entries_.size() > kMostEntries;
}

std::optional<TimeSpan> IndexBuilder::find(IndexKey kind, std::string_view text) {
  settle();
  shrink();
  const uint64_t hash = hash_of(kind, text);
  const auto first = std::lower_bound(entries_.begin(), entries_.end(), hash);
  const auto last = std::upper_bound(first, entries_.end(), hash | kSliceMask);
  if (first == last) return std::nullopt;
  return slice_times(span_, base_ns_, *first, *std::prev(last));
}

bool IndexBuilder::write(const std::string& capture) {
  shrink();
  const std::vector<uint64_t> entries = std::move(entries_);
  Header header;
  header.first_ns = span_.first_ns;
  header.last_ns = span_.last_ns;
  header.base_ns = base_ns_;
  header.count = entries.size();
  const bool wanted = packets_ > 0 && !full_ && read_state(capture, &header);
  IndexBuilder next;
  next.staged_ = std::move(staged_);
  *this = std::move(next);
  if (!wanted) return false;
  header.crc = crc_of(header);
  const std::string path = index_path(capture), half = path + ".tmp";
  const int file =
      ::open(half.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) return false;
  const std::string_view head(reinterpret_cast<const char*>(&header), sizeof header);
  const std::string_view body(reinterpret_cast<const char*>(entries.data()), entries.size() * 8);
  bool done = write_all(file, head, 0) && write_all(file, body, sizeof header);
  done = close(file) == 0 && done && rename(half.c_str(), path.c_str()) == 0;
  if (!done) unlink(half.c_str());
  return done;
}

std::optional<RingIndex> RingIndex::open(const std::string& capture) {
  Header now, header;
  if (!read_state(capture, &now)) return std::nullopt;
  RingIndex result;
  result.file_ = Fd(::open(index_path(capture).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (result.file_.get() < 0 || fstat(result.file_.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return std::nullopt;
  if (!read_all(result.file_.get(), reinterpret_cast<char*>(&header), sizeof header, 0))
    return std::nullopt;
  const bool known = header.magic == kIndexMagic && header.version == kIndexVersion &&
                     header.crc == crc_of(header) && header.count <= kMostEntries &&
                     static_cast<uint64_t>(status.st_size) == sizeof header + header.count * 8;
  const bool belongs = header.capture_bytes == now.capture_bytes &&
                       header.capture_changed_ns == now.capture_changed_ns;
  if (!known || !belongs) return std::nullopt;
  result.base_ns_ = kept_time(header.base_ns);
  result.span_ = {kept_time(header.first_ns), kept_time(header.last_ns)};
  result.count_ = header.count;
  return result;
}

bool RingIndex::read_entry(uint64_t at, uint64_t* entry) const {
  return read_all(file_.get(), reinterpret_cast<char*>(entry), sizeof *entry,
                  sizeof(Header) + at * 8);
}

std::optional<TimeSpan> RingIndex::find(IndexKey kind, std::string_view text) const {
  const uint64_t hash = hash_of(kind, text);
  // The first entry that is not before `wanted`.
  const auto place_of = [this](uint64_t wanted) {
    uint64_t low = 0, high = count_, entry = 0;
    while (low < high) {
      const uint64_t middle = low + (high - low) / 2;
      if (!read_entry(middle, &entry)) return count_;
      if (entry < wanted)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  };
  const uint64_t behind = (hash | kSliceMask) + 1;  // 0: there is no greater hash
  const uint64_t first = place_of(hash), last = behind == 0 ? count_ : place_of(behind);
  uint64_t from = 0, to = 0;
  const bool there = first < last && read_entry(first, &from) && read_entry(last - 1, &to);
  if (!there) return std::nullopt;
  return slice_times(span_, base_ns_, from, to);
}

}  // namespace sipladder
