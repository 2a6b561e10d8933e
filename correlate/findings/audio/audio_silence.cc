// audio-silence: RTP arrives, and no packet holds anything to hear. Either all were decoded and
// none is louder than -60 dBov, or all have one payload, or there is nothing but comfort noise and
// events. Not when the call is on hold or the direction attribute forbids sending.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"
#include "media/loudness.h"

namespace sipladder::audio_silence {
namespace {

std::string what_was_heard(const Listening& listening) {
  if (listening.decoded != 0) {
    const auto level = dbov_of(listening.loudness);
    const std::string loudest =
        level ? fmt::format("the loudest is at {} dBov", *level) : std::string("digital silence");
    return fmt::format("all {} packets were decoded, none is louder than -60 dBov ({})",
                       listening.decoded, loudest);
  }
  if (listening.repeated != 0)
    return fmt::format("{} packets repeat the payload of the packet before", listening.repeated);
  return fmt::format("all {} packets are comfort noise or telephone-events", listening.others);
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  finding->summary =
      fmt::format("{} hears silence from {} to {}: {}", other_party(direction.from),
                  endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
                  what_was_heard(direction.verdict.proven<SilenceProof>().listening));
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
