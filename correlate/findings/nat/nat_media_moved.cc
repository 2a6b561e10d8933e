// nat-media-moved: the source port of a running RTP stream changes.
#include <fmt/format.h>

#include <map>

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

void check(CallContext& context, CallAnalysis* out) {
  constexpr size_t kMostCompared = 64;
  // ICE moves media from one pair of addresses to another.
  if (context.audio.negotiation.both_use_ice()) return;
  const size_t count = std::min(context.streams.size(), kMostCompared);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = i + 1; j < count; j++) {
      const StreamRecord& before = context.model.streams[context.streams[i]];
      const StreamRecord& next = context.model.streams[context.streams[j]];
      if (!goes_on(context, before, next)) continue;
      const StreamRecord* back = left_behind(context, before, next);
      Finding finding = finding_of(context, detector);
      finding.stream = context.streams[j];
      finding.evidence = {before.last_frame, next.first_frame};
      finding.summary = fmt::format("the RTP of {} goes on from port {} (frame {})",
                                    endpoint_text(context, before.src),
                                    context.model.endpoints[next.src].port, next.first_frame);
      if (back != nullptr) {
        finding.severity = Severity::error;
        finding.evidence.push_back(back->last_frame);
        finding.summary +=
            fmt::format("; {} goes on sending to the old port", endpoint_text(context, back->src));
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
}

const Detector detector("nat-media-moved", Severity::warning,
                        "the source port of a running RTP stream changes", check);

}  // namespace
}  // namespace sipladder::nat_media_moved
