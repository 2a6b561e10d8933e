// Compares two captures of the same calls, taken at two points: which texts changed on the way
// between them, which messages and packets were lost, and how long the others took.
//
// Threads: as both models. Bounds: kMostMessages pairs of messages are compared.
#pragma once

#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

struct ComparedPoint {
  const Model& model;
  const PacketLog& log;
  Analyst& analyst;
};

struct HeaderChange {
  std::string name;      // of a header, "Request-URI", or "c" of an SDP line
  std::string from, to;  // `from` empty: it was added; `to` empty: it was removed
};

struct ComparedCall {
  CallId a, b;
  std::string call_id_a, call_id_b;
};

struct ComparedMessage {
  MessageId a, b;
  std::string what;       // "INVITE", "200 (INVITE)"
  bool same_hop = false;  // both have the same Via stack
  bool toward_b = true;
  double delay_ms = 0;
  std::vector<HeaderChange> changed, added, removed, sdp;
};

struct LostMessage {
  bool seen_at_a = true;
  MessageId message;
  std::string what;
};

// All streams of one SSRC that go one way and that both points saw. `lost` counts within these: a
// packet that went elsewhere is not lost.
struct ComparedStream {
  uint32_t ssrc = 0;
  uint32_t packets_a = 0, packets_b = 0;
  bool toward_b = true;
  double delay_ms = 0;
  uint32_t lost = 0;
};

struct Comparison {
  double clock_offset_ms = 0;         // B's clock minus A's
  double clock_error_ms = 0;          // the offset is right within this; negative: not known
  std::string box;                    // what kind of host is between the points, in words
  std::vector<std::string> rewrites;  // headers that it changes, "Request-URI" and "SDP"
  std::vector<ComparedCall> calls;
  std::vector<ComparedMessage> messages;
  std::vector<LostMessage> lost;
  std::vector<ComparedStream> streams;
  uint64_t rtp_lost = 0;
};

inline constexpr size_t kMostMessages = 1'000'000;
Comparison compare_points(const ComparedPoint& a, const ComparedPoint& b);

}  // namespace sipladder
