// audio-icmp-unreachable: routers or hosts reject the media with ICMP while the call lasts. Not for
// fewer than three errors, those at start-up only, or those after the BYE.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder::audio_icmp_unreachable {
namespace {

constexpr size_t kEvidenceFrames = 10;

const IcmpErrorRecord* error_at(const Model& model, uint32_t frame) {
  for (const IcmpErrorRecord& error : model.icmp_errors) {
    if (error.frame == frame) return &error;
  }
  return nullptr;
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.culprit];
  const IcmpErrorRecord* error = error_at(context.model, direction.icmp_frames.front());
  const bool host_itself = error != nullptr && direction.lost_from != 0 &&
                           error->from == context.model.endpoints[stream.dst].ip;
  finding->summary = fmt::format(
      "{}: {} rejects the RTP from {} to {} with ICMP type {} code {}, {} for {}",
      hears_nothing(context, direction), error == nullptr ? "a router" : to_string(error->from),
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
      error == nullptr ? 3 : error->type, error == nullptr ? 0 : error->code,
      times_text(direction.icmp_frames.size()), counted(stream.packets_once(), "packet"));
  finding->explanation =
      host_itself
          ? "The host answers itself that nobody listens there any more: its program has ended, "
            "and sends nothing either (RFC 792, RFC 4443)."
          : "The error quotes packets of this stream: whoever sent it tells that they are not "
            "delivered "
            "(RFC 792, RFC 4443).";
  finding->remedy =
      "Open the media ports on the device that answers, or correct the address or port that the "
      "SDP names.";
  finding->rfc = "RFC 792";
  for (size_t i = 0; i < direction.icmp_frames.size() && i < kEvidenceFrames; i++) {
    finding->evidence.push_back(direction.icmp_frames[i]);
  }
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::icmp_unreachable, detector, out, describe);
}
const Detector detector("audio-icmp-unreachable", Severity::error,
                        "ICMP unreachable errors quote the media of the call while it lasts",
                        check);

}  // namespace
}  // namespace sipladder::audio_icmp_unreachable
