// A small file beside a finished capture (FILE.idx): which calls, users and addresses are in it,
// and when. Whoever looks for one call among many files reads those only that can have it.
//
// It is a hint: made of hashes, tied to the size and time of its capture, ignored when anything
// about it is wrong, and nothing but the choice of files rests on it. A name that is in the capture
// is in its index; one that is not may seem to be.
//
// The file, numbers in the byte order of the host: kIndexMagic, kIndexVersion, size and time of the
// capture, its first and last packet, where slices of time begin, count of entries, CRC-32 of all
// before; then the entries, ascending: 48 bits of a hash, 16 of the slice. Bounds: kMostEntries (a
// capture with more has no index). Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/hep_sockets.h"
#include "capture/packet.h"
#include "decode/datagram.h"
#include "decode/sip_message.h"

namespace sipladder {

inline constexpr size_t kMostEntries = 4 << 20;
inline constexpr int64_t kSliceNs = int64_t{10} * 1'000'000'000;

std::string index_path(const std::string& capture);

enum class IndexKey : uint8_t { call_id, user, address };

// Of one capture.
struct TimeSpan {
  int64_t first_ns = 0, last_ns = 0;
  bool overlaps(const TimeSpan& other) const {
    return first_ns <= other.last_ns && other.first_ns <= last_ns;
  }
};

class IndexBuilder {
 public:
  // A packet of the file. Of messages, those with `number` or less are of the file, too.
  void note(const Packet& packet, uint64_t number);
  // A message, which belongs to the file that the packet with this number goes to.
  void add(const Datagram& datagram, const SipIndex& sip, uint64_t number);
  void settle();  // all messages are of this file
  // Beside `capture`, which is finished; written under another name first. False when it could not
  // be, which is nobody's harm. Begins anew, with the messages of packets that were not noted yet.
  bool write(const std::string& capture);

  // What was added, without a file. nullopt: not in there.
  std::optional<TimeSpan> find(IndexKey kind, std::string_view text);
  TimeSpan span() const { return span_; }
  bool is_empty() const { return packets_ == 0; }
  bool is_whole() const { return !full_; }

 private:
  struct Staged {
    uint64_t number;
    uint64_t hash;
    int64_t time_ns;
  };
  void stage(IndexKey kind, std::string_view text, int64_t time_ns, uint64_t number);
  void settle_until(uint64_t number);
  void shrink();

  std::vector<Staged> staged_;  // of packets that are not written yet, by number
  std::vector<uint64_t> entries_;
  TimeSpan span_;
  int64_t base_ns_ = 0;
  uint64_t packets_ = 0;
  size_t shrink_at_ = 4096;
  bool full_ = false;
};

class RingIndex {
 public:
  // nullopt when there is none that belongs to the capture as it is now.
  static std::optional<RingIndex> open(const std::string& capture);

  TimeSpan span() const { return span_; }
  // Between when it is in there; nullopt: it is not.
  std::optional<TimeSpan> find(IndexKey kind, std::string_view text) const;

 private:
  RingIndex() = default;
  bool read_entry(uint64_t at, uint64_t* entry) const;

  Fd file_;
  TimeSpan span_;
  int64_t base_ns_ = 0;
  uint64_t count_ = 0;
};

}  // namespace sipladder
