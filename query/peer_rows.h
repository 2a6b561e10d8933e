// The rows of the table `peers`: counts of calls by who takes part in them
// (correlate/analysis/call_peers.h), over the whole capture and for each hour.
//
// Threads: as Model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/call_peers.h"

namespace sipladder {

class Reader;

// A mean that values are added to. The squares tell how far single values lie from it.
struct Mean {
  double sum = 0;
  double squares = 0;
  uint64_t count = 0;
  void add(double value) { sum += value, squares += value * value, count++; }
  std::optional<double> value() const {
    return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
  }
};

struct PeerRow {
  Peer peer;
  std::optional<int64_t> hour_ns;  // when the hour began; none: the whole capture
  uint64_t calls = 0;
  uint64_t answered = 0;
  uint64_t effective = 0;  // as the network effectiveness ratio counts them (ITU-T E.425)
  uint64_t judged = 0;     // calls with a verdict on their audio
  uint64_t one_way = 0;    // those of them with one-way audio
  uint64_t no_audio = 0;   // those of them without audio in both directions
  int64_t packets_expected = 0, packets_lost = 0;
  Mean talk_s, pdd_ms, mos;
};

// The rows for the chosen calls, sorted by kind and key; the row of the whole capture comes before
// those of its hours. At most kMaxPeerRows, and then one row "(others)" for each kind. Ends early
// when Model::cancellation asks for it.
inline constexpr size_t kMaxPeerRows = 100'000;
std::vector<PeerRow> peer_rows(Reader& reader);

}  // namespace sipladder
