// rtp-loss: packets missing by their sequence numbers. What the capture itself dropped is not
// blamed on the network.
#include <fmt/format.h>

#include "correlate/findings/support.h"
#include "correlate/voice_quality.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr uint32_t kMinPackets = 100;
constexpr double kWarning = 1.0;
constexpr double kError = 5.0;

bool capture_dropped(const CallContext& context) {
  for (const SourceInfo& info : context.model.captures) {
    if (info.dropped > 0) return true;
  }
  return false;
}

void check(CallContext& context, CallAnalysis* out) {
  if (capture_dropped(context)) return;
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    const StreamFigures figures = figures_of(stream);
    if (stream.packets < kMinPackets || figures.loss_pct < kWarning) continue;
    Finding finding = finding_of(context, detector);
    if (figures.loss_pct >= kError) finding.severity = Severity::error;
    finding.stream = id;
    finding.evidence = {stream.first_frame, stream.last_frame};
    finding.summary =
        fmt::format("{:.1f} % of the RTP from {} to {} is lost before this point ({} of {})",
                    figures.loss_pct, endpoint_text(context, stream.src),
                    endpoint_text(context, stream.dst), figures.lost, figures.expected);
    if (stream.has_rtcp) {
      finding.summary += fmt::format("; the receiver reports {:.1f} % in all",
                                     stream.remote_fraction_lost * 100.0 / 256);
    }
    finding.explanation = "Sequence numbers are missing here, so the loss lies towards the sender.";
    finding.remedy =
        "Look at the links between the sender and this point: duplex, queues, Wi-Fi, policing.";
    finding.rfc = "RFC 3550 A.3";
    report(out, std::move(finding));
  }
}

const Detector detector("rtp-loss", Severity::warning,
                        "1 % of the packets of a stream are lost before this point (5 %: error)",
                        check);

}  // namespace
}  // namespace sipladder
