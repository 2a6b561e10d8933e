// audio-stopped: a direction that flowed ends at least 5 s before its agreed end. Not when held or
// no longer agreed.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder::audio_stopped {
namespace {

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.culprit];
  finding->stream = direction.culprit;
  finding->evidence.push_back(stream.last_frame);
  finding->summary = fmt::format(
      "{}: the RTP from {} to {} stops {}{} before the end of the talk",
      hears_nothing(context, direction), endpoint_text(context, stream.src),
      endpoint_text(context, stream.dst),
      direction.lost_from == 0 ? fmt::format("after {}, ", counted(stream.packets_once(), "packet"))
                               : std::string(),
      seconds_text(direction.agreed_until - direction.last_ns));
  finding->explanation =
      "The direction was agreed to the end, and no hold took it back (RFC 3264 8.4).";
  finding->remedy =
      "Capture at the sender. If its RTP goes on there, raise the UDP timeout of the NAT or "
      "firewall on the way; if it stops there too, check the device and its log at that time.";
  finding->rfc = "RFC 3264 8.4";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::stopped, detector, out, describe);
}
const Detector detector("audio-stopped", Severity::error,
                        "RTP of a direction ends 5 s or more before the talk does, without hold",
                        check);

}  // namespace
}  // namespace sipladder::audio_stopped
