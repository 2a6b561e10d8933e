// audio-late: the first RTP of a direction comes only after half of the talk or 5 s.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  finding->summary = fmt::format(
      "{} hears nothing for the first {}: the first RTP from the {} is frame {}",
      other_party(direction.from), seconds_text(direction.first_ns - direction.agreed_from),
      party_text(direction.from), context.model.streams[direction.streams.front()].first_frame);
  finding->explanation = "The direction was agreed from the answer on.";
  finding->remedy =
      "Look at what opened the path at that moment: a keep-alive, a re-INVITE, or the peer's first "
      "packet.";
  finding->rfc = "RFC 3264 5.1";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::late, detector, out, describe);
}
const Detector detector("audio-late", Severity::warning,
                        "the first RTP of a direction comes long after the answer", check);

}  // namespace
}  // namespace sipladder
