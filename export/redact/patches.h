// New bytes for packets whose payload is only understood together with that of other packets: TCP
// segments here, IP fragments in fragment_patches.h, SCTP chunks in sctp_patches.h. First all
// packets are shown, then the new bytes of each packet can be written into it.
//
// The bytes are in a temporary file (capture/spool.h), their places in memory: 32 bytes for each
// piece. Threads: one. Bounds: kMostDirections TCP directions wait at a time, each with
// kMostPending bytes of one message and kMostAhead segments behind a gap. A message that is given
// up is redacted as far as it came.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "capture/packet.h"
#include "capture/spool.h"
#include "decode/address.h"
#include "export/frame_key.h"
#include "export/redact/payloads.h"

namespace sipladder {

// Where new bytes go.
struct PatchPlace {
  FrameKey frame = 0;
  uint32_t offset = 0;  // in the packet
  uint32_t length = 0;
};

class PatchStore {
 public:
  // A sentence when the temporary file cannot be made. Must come first.
  std::string open() { return spool_.open(); }
  void add(const PatchPlace& place, std::string_view bytes);
  void sort();
  // Writes the new bytes for the packet `frame` into `packet`. Needs sort() after the last add().
  void apply(FrameKey frame, std::span<uint8_t> packet) const;

 private:
  struct Entry {
    PatchPlace place;
    uint64_t at;
  };
  Spool spool_;
  std::vector<Entry> entries_;
};

// Puts together the SIP messages of each direction of TCP connections (also over WebSocket), and
// the records of TLS handshakes that come in several segments, and redacts them as a whole.
class StreamPatches {
 public:
  StreamPatches(Payloads& payloads, PatchStore& store) : payloads_(payloads), store_(store) {}

  void segment(const Endpoint& src, const Endpoint& dst, uint32_t sequence, bool syn,
               const PatchPlace& place, std::string_view bytes);
  void finish();

 private:
  enum class Kind : uint8_t { unknown, sip, websocket, tls, other };
  struct Ahead {
    PatchPlace place;
    std::string bytes;
  };
  struct Direction {
    Kind kind = Kind::unknown;
    uint32_t next = 0;
    std::string pending;              // bytes of a message that is not complete,
    std::vector<PatchPlace> places;   // and where these bytes are
    std::map<uint32_t, Ahead> ahead;  // segments behind a gap, by sequence number
    std::string newest;  // the newest redacted bytes, up to `pending`: for segments sent again
  };
  static constexpr size_t kMostDirections = 16'384;
  static constexpr size_t kMostPending = 1 << 20;
  static constexpr size_t kMostAhead = 256;
  static constexpr size_t kNewest = 64 << 10;

  void deliver(Direction& direction, const PatchPlace& place, std::string_view bytes);
  void deliver_ahead(Direction& direction);
  void repeat(Direction& direction, uint32_t behind, const PatchPlace& place,
              std::string_view bytes);
  bool cut_message(Direction& direction);
  bool cut_sip(Direction& direction);
  bool cut_frame(Direction& direction);
  bool cut_record(Direction& direction);
  void drop(Direction& direction, size_t size);
  void emit(Direction& direction, size_t size, const std::string& changed);
  void give_up(Direction& direction);

  Payloads& payloads_;
  PatchStore& store_;
  std::map<std::pair<Endpoint, Endpoint>, Direction> directions_;
};

}  // namespace sipladder
