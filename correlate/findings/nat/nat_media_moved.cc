// nat-media-moved: the source port of a running RTP stream changes.
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_media_moved {
namespace {

extern const Detector detector;

constexpr int64_t kGapNs = 2'000'000'000;  // after a longer pause it is taken as another stream
constexpr uint32_t kNextNumbers = 250;     // sequence numbers that may be lost in the pause
constexpr uint32_t kLeast = 20;

// `next` goes on where `before` ended, from another port of the same host.
bool goes_on(const CallContext& context, const StreamRecord& before, const StreamRecord& next) {
  const Endpoint& old = context.model.endpoints[before.src];
  const Endpoint& now = context.model.endpoints[next.src];
  const int64_t gap_ns = next.first_ns - before.last_ns;
  const uint16_t step = static_cast<uint16_t>(next.sequence.base - before.sequence.highest);
  return before.ssrc == next.ssrc && before.dst == next.dst && old.ip == now.ip &&
         old.port != now.port && gap_ns > -kGapNs && gap_ns < kGapNs && step < kNextNumbers &&
         before.packets >= kLeast && next.packets >= kLeast;
}

// A stream of the receiver that still goes to the old port; null when there is none.
const StreamRecord* left_behind(const CallContext& context, const StreamRecord& before,
                                const StreamRecord& next) {
  for (const StreamId id : context.streams) {
    const StreamRecord& back = context.model.streams[id];
    if (back.src == next.dst && back.dst == before.src && back.last_ns - next.first_ns > kGapNs)
      return &back;
  }
  return nullptr;
}

struct Move {
  StreamId before, after;
  const StreamRecord* left;  // see left_behind()
};

// On both sides of a NAT one move shows twice. The one whose old port still gets media is kept,
// else the first.
void keep_one(const CallContext& context, const Move& move, std::vector<Move>* moves) {
  const StreamRecord& now = context.model.streams[move.after];
  for (Move& known : *moves) {
    const StreamRecord& other = context.model.streams[known.after];
    if (other.ssrc != now.ssrc || std::abs(other.first_ns - now.first_ns) > kGapNs) continue;
    if (known.left == nullptr && move.left != nullptr) known = move;
    return;
  }
  moves->push_back(move);
}

std::vector<Move> moves_of(const CallContext& context) {
  constexpr size_t kMostCompared = 64;
  std::vector<Move> moves;
  const size_t count = std::min(context.streams.size(), kMostCompared);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = i + 1; j < count; j++) {
      const StreamRecord& before = context.model.streams[context.streams[i]];
      const StreamRecord& next = context.model.streams[context.streams[j]];
      if (!goes_on(context, before, next)) continue;
      keep_one(context,
               {context.streams[i], context.streams[j], left_behind(context, before, next)},
               &moves);
    }
  }
  return moves;
}

void check(CallContext& context, CallAnalysis* out) {
  // ICE moves media from one pair of addresses to another.
  if (context.audio.negotiation.both_use_ice()) return;
  for (const Move& move : moves_of(context)) {
    const StreamRecord& before = context.model.streams[move.before];
    const StreamRecord& next = context.model.streams[move.after];
    Finding finding = finding_of(context, detector);
    finding.stream = move.after;
    finding.evidence = {before.last_frame, next.first_frame};
    finding.summary = fmt::format("the RTP of {} goes on from port {} (frame {})",
                                  endpoint_text(context, before.src),
                                  context.model.endpoints[next.src].port, next.first_frame);
    if (move.left != nullptr) {
      finding.severity = Severity::error;
      finding.evidence.push_back(move.left->last_frame);
      finding.summary += fmt::format("; {} goes on sending to the old port",
                                     endpoint_text(context, move.left->src));
    }
    finding.explanation =
        "A NAT gave the stream another port in mid-call. Who sends to the old one "
        "is not heard any more.";
    finding.remedy =
        "Let the peer follow the source of the media (symmetric RTP, re-latching), or "
        "look at the NAT's table of bindings.";
    finding.rfc = "RFC 4787 4.3";
    sort_unique(&finding.evidence);
    report(out, std::move(finding));
  }
}

const Detector detector("nat-media-moved", Severity::warning,
                        "the source port of a running RTP stream changes", check);

}  // namespace
}  // namespace sipladder::nat_media_moved
