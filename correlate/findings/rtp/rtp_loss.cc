// rtp-loss: packets are missing by their sequence numbers, or by the receiver's RTCP. Packets that
// the capture itself dropped, as it says or as RTCP shows, are not blamed on the network.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "correlate/session/thinned.h"
#include "correlate/session/voice_quality.h"

namespace sipladder::rtp_loss {
namespace {

extern const Detector detector;

constexpr uint32_t kMinPackets = 10;
constexpr int64_t kMinExpected = 100;
constexpr double kWarning = 1.0;
constexpr double kError = 5.0;

struct Loss {
  double pct = 0;
  std::string where;
  Sentence explanation;
  bool doubtful = false;  // the capture may have dropped the packets
  bool proven = true;     // RTCP, or a second point, shows the loss too
};

// The loss between the sender and this point.
Loss loss_before(const CallContext& context, StreamId id) {
  const StreamRecord& stream = context.model.streams[id];
  const auto [lost, in_doubt] = lost_by_network(context, id);
  const int64_t expected = figures_of(stream).expected;
  const auto pct = [&](int64_t packets) {
    return 100.0 * static_cast<double>(packets) / static_cast<double>(expected);
  };
  // The receiver misses these packets too, so the capture did not drop them.
  const bool proven = stream.has_rtcp && int64_t{stream.remote_lost} * 2 >= lost;
  std::string where = fmt::format("is {} this point ({} of {})",
                                  proven ? "lost before" : "missing at", lost, expected);
  if (stream.has_rtcp) {
    where += fmt::format("; the receiver reports {} lost of {}", stream.remote_lost,
                         stream.reported_expected);
  }
  const bool doubtful = in_doubt != 0 && pct(lost - in_doubt) < kError;
  return {pct(lost), std::move(where),
          doubtful ? Sentence("Sequence numbers are missing here: lost before this point, or by "
                              "the capture, since the receiver misses none.")
          : proven ? Sentence("Sequence numbers are missing here and at the receiver, so they "
                              "were lost before this point.")
                   : Sentence("Sequence numbers are missing here: lost towards the sender, or by "
                              "the capture. No report of the receiver tells which."),
          doubtful, proven};
}

// The loss between this point and the receiver, by its cumulative number of packets lost (RFC 3550
// 6.4.1).
Loss loss_behind(const StreamRecord& stream) {
  const auto pct = remote_loss_pct(stream);
  if (!pct || stream.reported_expected < kMinExpected) return {};
  return {*pct - figures_of(stream).loss_pct,
          fmt::format("is lost after this point: the receiver misses {} of {}", stream.remote_lost,
                      stream.reported_expected),
          "All packets passed here, so the loss is between this point and the receiver."};
}

// The loss between two capture points. While both captured, most packets were seen at both points
// and some at one only.
Loss loss_between(const StreamRecord& stream) {
  const uint32_t seen = stream.covered;
  if (seen < kMinExpected || stream.elsewhere * 2 < seen || stream.elsewhere >= seen) return {};
  const uint32_t lost = seen - stream.elsewhere;
  return {100.0 * lost / seen,
          fmt::format("is lost between the two capture points ({} of {})", lost, seen),
          "The packets are in the one capture and not in the other."};
}

// The verdict on the audio says that nothing of this stream arrives any more. That is told instead.
bool is_told_by_verdict(const CallContext& context, StreamId id) {
  const AudioDirection& direction = context.audio.direction(context.media.of(id, context.id).from);
  const AudioVerdict& verdict = direction.verdict;
  return verdict.proven<BoxProof>().by == BoxProof::By::reports && verdict.shown_by == id;
}

void check(CallContext& context, CallAnalysis* out) {
  if (capture_dropped(context)) return;
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    const bool enough =
        stream.packets >= kMinPackets && figures_of(stream).expected >= kMinExpected;
    if (!enough || is_thinned(context.model, id, context.streams) ||
        is_told_by_verdict(context, id))
      continue;
    Loss loss = loss_before(context, id);
    for (Loss other : {loss_behind(stream), loss_between(stream)}) {
      if (other.pct > loss.pct) loss = std::move(other);
    }
    if (loss.pct < kWarning) continue;
    Finding finding = finding_of(context, detector);
    if (loss.pct >= kError) finding.severity = Severity::error;
    // The receiver reports no loss. Some receivers always do, but most are right.
    if (loss.doubtful) finding.severity = Severity::info;
    if (!loss.proven || loss.doubtful) finding.confidence = Confidence::likely;
    finding.stream = id;
    finding.evidence = {stream.first_frame, stream.last_frame};
    finding.summary = fmt::format("{:.1f} % of the RTP from {} to {} {}", loss.pct,
                                  endpoint_text(context, stream.src),
                                  endpoint_text(context, stream.dst), loss.where);
    finding.explanation = loss.explanation;
    finding.remedy =
        "Compare the counters of the links on that side: drops, errors, duplex, policing. On "
        "Wi-Fi, try a cable. Give voice its own queue (DSCP EF).";
    finding.rfc = "RFC 3550 A.3";
    report(out, std::move(finding));
  }
}

const Detector detector(
    "rtp-loss", Severity::warning,
    "1 % of the packets of a stream are lost (5 %: error), before or after this point", check,
    {.of_same = {"rtp-mos"}});

}  // namespace
}  // namespace sipladder::rtp_loss
