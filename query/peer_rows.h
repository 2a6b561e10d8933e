// Rows of table `peers`: calls by who takes part in them (correlate/analysis/call_peers.h), over
// the whole capture and by hour.
//
// Lifetime: values. Threads: as Model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/call_peers.h"

namespace sipladder {

class Reader;

// A mean, and of how many.
struct Mean {
  double sum = 0;
  uint64_t count = 0;
  void add(double value) { sum += value, count++; }
  std::optional<double> value() const {
    return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
  }
};

struct PeerRow {
  Peer peer;
  int64_t hour_ns = 0;  // when the hour began; 0: the whole capture
  uint64_t calls = 0;
  uint64_t answered = 0;
  uint64_t effective = 0;  // the network did its part (ITU-T E.425)
  uint64_t judged = 0;     // calls whose audio is captured
  uint64_t one_way = 0;    // of these
  uint64_t no_audio = 0;
  int64_t packets_expected = 0, packets_lost = 0;
  Mean talk_s, pdd_ms, mos;
};

// Of the chosen calls; sorted by kind and key, each peer's whole capture before its hours. At most
// kMaxPeerRows: what comes for further peers is in the row "(others)" of their kind.
inline constexpr size_t kMaxPeerRows = 100'000;
std::vector<PeerRow> peer_rows(Reader& reader);

}  // namespace sipladder
