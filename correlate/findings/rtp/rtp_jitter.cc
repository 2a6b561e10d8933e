// rtp-jitter: the mean interarrival jitter (RFC 3550 6.4.1) of a stream at this point is high.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"
#include "correlate/session/voice_quality.h"

namespace sipladder::rtp_jitter {
namespace {

extern const Detector detector;

constexpr uint32_t kMinPackets = 100;
constexpr double kWarning = 30.0;
constexpr double kError = 60.0;

void check(CallContext& context, CallAnalysis* out) {
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    const StreamBinding& binding = context.media.of(id);
    if (stream.packets < kMinPackets || binding.video) continue;
    const auto jitter = jitter_of(context.model, id, binding);
    if (!jitter || jitter->mean_ms < kWarning) continue;
    Finding finding = finding_of(context, detector);
    if (jitter->mean_ms >= kError) finding.severity = Severity::error;
    finding.stream = id;
    finding.evidence = {stream.first_frame, stream.last_frame};
    finding.summary =
        fmt::format("the RTP from {} to {} comes with {:.0f} ms of jitter (at most {:.0f})",
                    endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
                    jitter->mean_ms, jitter->max_ms);
    finding.explanation = "A jitter buffer that is shorter than this drops what comes too late.";
    finding.remedy =
        "Compare with a capture nearer to the sender. What lies between the two makes the jitter: "
        "a full queue, Wi-Fi, a virtual machine without CPU. Give voice its own queue (DSCP EF).";
    finding.rfc = "RFC 3550 6.4.1";
    report(out, std::move(finding));
  }
}

const Detector detector("rtp-jitter", Severity::warning,
                        "the mean interarrival jitter of a stream is 30 ms or more (60 ms: error)",
                        check, {.of_same = {"rtp-mos"}, .needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::rtp_jitter
