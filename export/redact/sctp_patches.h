// SIP messages that came in several DATA or I-DATA chunks of SCTP (RFC 9260 3.3.1, RFC 8260 2.1),
// replaced as a whole; the new bytes of each chunk go to a PatchStore.
//
// Threads: one. Bounds: kMostMessages wait at a time with kMostPieces chunks each; of what is given
// up the chunks stay without new bytes.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "export/redact/patches.h"

namespace sipladder {

class SctpPatches {
 public:
  SctpPatches(Payloads& payloads, PatchStore& store) : payloads_(payloads), store_(store) {}

  // All chunks of a packet, whose bytes begin at `place` in it.
  void packet(const Endpoint& src, const Endpoint& dst, const PatchPlace& place,
              std::span<const uint8_t> bytes);
  void clear() { waiting_.clear(); }

 private:
  static constexpr size_t kMostMessages = 1024;
  static constexpr size_t kMostPieces = 1024;
  // Between whom, stream, number of the message in it, whether the order counts.
  using Key = std::tuple<Endpoint, Endpoint, uint16_t, uint32_t, bool>;
  struct Piece {
    PatchPlace place;
    std::string bytes;
    bool begins = false, ends = false;
  };
  using Pieces = std::map<uint32_t, Piece>;  // by their consecutive numbers

  void chunk(const Endpoint& src, const Endpoint& dst, const PatchPlace& place,
             std::span<const uint8_t> bytes);
  void finish(const Pieces& pieces);

  Payloads& payloads_;
  PatchStore& store_;
  std::map<Key, Pieces> waiting_;
};

}  // namespace sipladder
