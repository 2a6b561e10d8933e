// audio-codec-mismatch: the payload type sent is in no SDP of the receiver. Not for comfort noise
// and telephone events.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"
#include "decode/sdp.h"

namespace sipladder::audio_codec_mismatch {
namespace {

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  const uint8_t type =
      direction.verdict.lost_from_ns == 0 ? stream.payload_type : stream.voice_type;
  const std::string_view name = static_format(type).encoding;
  finding->summary = fmt::format(
      "{}: {} sends payload type {}{}{}{} to {}, which its SDP does not accept",
      hears_nothing(context, direction), endpoint_text(context, stream.src), type,
      name.empty() ? "" : " (", name, name.empty() ? "" : ")", endpoint_text(context, stream.dst));
  finding->explanation =
      "A receiver plays only the payload types that it listed in its own SDP; it drops the others "
      "without a word.";
  finding->remedy =
      "Give both sides one codec list in the same order, and switch off renumbering or late "
      "negotiation on the box between them.";
  finding->rfc = "RFC 3264 6.1";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::codec_mismatch, detector, out, describe);
}
const Detector detector("audio-codec-mismatch", Severity::error,
                        "the payload type sent is in no SDP of the receiver", check);

}  // namespace
}  // namespace sipladder::audio_codec_mismatch
