// audio-silence: RTP arrives, but 90 % of it is silence, one repeated payload, comfort noise or
// events. Not when held or muted by the direction attribute.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder::audio_silence {
namespace {

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.culprit];
  const Heard& heard = direction.heard;
  const bool repeated = stream.repeated_samples > heard.silent;
  finding->summary = fmt::format(
      "{} hears silence: {} of {} listened to from {} to {} hold {}", other_party(direction.from),
      repeated ? stream.repeated_samples : heard.silent, counted(heard.packets, "packet"),
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
      repeated ? "the same payload as the one before" : "nothing to hear (below -60 dBov)");
  finding->explanation =
      "The network delivers the stream; its source has nothing in it: a muted or missing "
      "microphone, a wrong sound device, a gateway whose other side is dead.";
  finding->remedy = fmt::format(
      "Check the {}'s microphone, mute key and sound device. If a gateway or PBX sends this audio, "
      "check what it is fed with: the trunk or extension behind it.",
      party_text(direction.from));
  finding->rfc = "RFC 3551 4.5";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::silence, detector, out, describe);
}
const Detector detector("audio-silence", Severity::error,
                        "RTP flows but holds nothing to hear: silence, one repeated payload, only "
                        "comfort noise or events",
                        check);

}  // namespace
}  // namespace sipladder::audio_silence
