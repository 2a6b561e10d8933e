// rtp-ptime: a sender does not use the packet length that its receiver asked for. ptime is a
// preference (RFC 8866 6.4), not a rule.
#include <fmt/format.h>

#include <cmath>

#include "correlate/findings/shared/support.h"
#include "correlate/session/voice_quality.h"

namespace sipladder::rtp_ptime {
namespace {

extern const Detector detector;

constexpr uint32_t kMinPackets = 50;

double asked_ptime(const CallContext& context, Party receiver) {
  const AudioSdp* audio_sdp = context.audio.negotiation.newest(receiver);
  return audio_sdp == nullptr ? 0 : audio_sdp->ptime_ms.value_or(0);
}

void check(CallContext& context, CallAnalysis* out) {
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    const StreamBinding& binding = context.media.of(id, context.id);
    const auto packet_ms = packet_ms_of(stream, clock_of(binding, stream));
    if (!packet_ms || stream.packets < kMinPackets) continue;
    const double ptime = *packet_ms;
    if (binding.video || !jitter_of(context.model, id, binding)) continue;
    const double asked = asked_ptime(context, opposite(binding.from));
    if (asked == 0 || std::abs(asked - ptime) < 1) continue;
    Finding finding = finding_of(context, detector);
    finding.stream = id;
    finding.evidence = {stream.first_frame};
    finding.summary = fmt::format("{} sends packets of {:.0f} ms to {}, which asked for {:.0f} ms",
                                  endpoint_text(context, stream.src), ptime,
                                  endpoint_text(context, stream.dst), asked);
    finding.explanation = "Some gateways play only the packet length that they asked for.";
    finding.remedy = "Set the same ptime on both sides if the audio is choppy.";
    finding.rfc = "RFC 8866 6.4";
    report(out, std::move(finding));
  }
}

const Detector detector(
    "rtp-ptime", Severity::info,
    "the packets of a stream are longer or shorter than the ptime the receiver asked for", check,
    {.needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::rtp_ptime
