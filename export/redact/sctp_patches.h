// Puts together SIP messages that came in several DATA or I-DATA chunks of SCTP (RFC 9260 3.3.1,
// RFC 8260 2.1), and redacts them as a whole. The new bytes of each chunk go to a PatchStore.
//
// Threads: one. Bounds: kMostMessages messages wait at a time, with kMostPieces chunks each. A
// message that is given up gets no new bytes: its chunks are zeroed.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "export/redact/patches.h"

namespace sipladder {

class SctpPatches {
 public:
  SctpPatches(Payloads& payloads, PatchStore& store) : payloads_(payloads), store_(store) {}

  // An SCTP packet; `bytes` begin with its common header and are at `place` in the captured packet.
  void packet(const Endpoint& src, const Endpoint& dst, const PatchPlace& place,
              std::span<const uint8_t> bytes);
  void clear() { waiting_.clear(); }

 private:
  static constexpr size_t kMostMessages = 1024;
  static constexpr size_t kMostPieces = 1024;
  // Source, destination, stream, number of the message in the stream, whether it is unordered.
  using Key = std::tuple<Endpoint, Endpoint, uint16_t, uint32_t, bool>;
  struct Piece {
    PatchPlace place;
    std::string bytes;
    bool begins = false, ends = false;
  };
  using Pieces = std::map<uint32_t, Piece>;  // by TSN or fragment number, which are consecutive

  void chunk(const Endpoint& src, const Endpoint& dst, const PatchPlace& place,
             std::span<const uint8_t> bytes);
  void finish(const Pieces& pieces);

  Payloads& payloads_;
  PatchStore& store_;
  std::map<Key, Pieces> waiting_;
};

}  // namespace sipladder
