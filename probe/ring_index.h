// A small file beside a finished capture (FILE.idx) that tells which calls, users and addresses are
// in it, and when. A search for one call among many files then reads only those that can have it.
//
// The index is a hint, and only the choice of files depends on it. It consists of hashes, belongs
// to a capture of a certain size and time, and is ignored when anything about it is wrong. A name
// that is in the capture is in its index; a name that is not may seem to be.
//
// The file, with numbers in the byte order of the host: kIndexMagic, kIndexVersion, size and time
// of the capture, times of its first and last packet, time of the first slice, number of entries,
// CRC-32 of all of that. Then the entries in ascending order: 48 bits of a hash and 16 bits with
// the number of the slice (kSliceNs). Bounds: kMostEntries; a capture with more has no index.
// Threads: one.
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

// From the first to the last packet, both included.
struct TimeSpan {
  int64_t first_ns = 0, last_ns = 0;
  bool overlaps(const TimeSpan& other) const {
    return first_ns <= other.last_ns && other.first_ns <= last_ns;
  }
};

class IndexBuilder {
 public:
  // A packet was written to the file. Messages that were added with `number` or less belong to the
  // file, too.
  void note(const Packet& packet, uint64_t number);
  // Adds a message. It belongs to the file that gets the packet with this number. Numbers ascend.
  void add(const Datagram& datagram, const SipIndex& sip, uint64_t number);
  void settle();  // all messages that were added belong to this file
  // Writes the index of `capture`, which is finished, under another name first. False when that is
  // not possible; the capture is then read without an index. After this the builder is empty but
  // for the messages of packets that were not noted yet.
  bool write(const std::string& capture);

  // When a name occurs in what was added. nullopt: it does not occur.
  std::optional<TimeSpan> find(IndexKey kind, std::string_view text);
  TimeSpan span() const { return span_; }
  bool is_empty() const { return packets_ == 0; }
  bool is_whole() const { return !full_; }  // false: there were more than kMostEntries

 private:
  struct Staged {
    uint64_t number;
    uint64_t hash;
    int64_t time_ns;
  };
  void stage(IndexKey kind, std::string_view text, int64_t time_ns, uint64_t number);
  void settle_until(uint64_t number);
  void shrink();

  std::vector<Staged> staged_;  // names of packets that are not in a file yet, by number
  std::vector<uint64_t> entries_;
  TimeSpan span_;
  int64_t base_ns_ = 0;
  uint64_t packets_ = 0;
  size_t shrink_at_ = 4096;
  bool full_ = false;
};

class RingIndex {
 public:
  // Opens the index of a capture. nullopt when there is none that belongs to the capture as it is
  // now.
  static std::optional<RingIndex> open(const std::string& capture);

  TimeSpan span() const { return span_; }
  // The time in which the name may occur, by whole slices; nullopt: it does not occur.
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
