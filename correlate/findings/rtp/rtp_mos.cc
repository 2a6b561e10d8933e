// rtp-mos: loss and jitter lower the MOS of a stream. Not for a codec whose MOS is that low without
// loss. Packets that the capture itself dropped do not count.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"
#include "correlate/session/voice_quality.h"

namespace sipladder::rtp_mos {
namespace {

extern const Detector detector;

constexpr double kWarning = 3.6;
constexpr double kError = 3.1;

void check(CallContext& context, CallAnalysis* out) {
  if (capture_dropped(context)) return;
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    const StreamBinding& binding = context.media.of(id);
    const std::string_view codec = context.media.encoding_of(id);
    const NetworkLoss lost = lost_by_network(context, id);
    const double loss_pct = 100.0 * static_cast<double>(lost.packets - lost.doubtful) /
                            static_cast<double>(figures_of(stream).expected);
    const auto quality = quality_at(stream, codec, jitter_of(context.model, id, binding), loss_pct);
    if (!quality || quality->mos >= kWarning || e_model(codec, 0, 1, 0).mos - quality->mos < 0.3)
      continue;
    Finding finding = finding_of(context, detector);
    if (quality->mos < kError) finding.severity = Severity::error;
    finding.stream = id;
    finding.evidence = {stream.first_frame, stream.last_frame};
    finding.summary = fmt::format("the RTP from {} to {} ({}) has a MOS of {:.1f}",
                                  endpoint_text(context, stream.src),
                                  endpoint_text(context, stream.dst), codec, quality->mos);
    finding.explanation = fmt::format(
        "{}: the codec, its loss, and a playout buffer of twice its jitter.", mos_model_of(codec));
    finding.remedy = "Remove the loss and the jitter first: see rtp-loss and rtp-jitter.";
    finding.rfc = "ITU-T G.107";
    report(out, std::move(finding));
  }
}

const Detector detector("rtp-mos", Severity::warning,
                        "the E-model gives a stream a MOS below 3.6 (3.1: error) for its losses",
                        check);

}  // namespace
}  // namespace sipladder::rtp_mos
