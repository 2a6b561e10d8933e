// audio-port-zero: the answer refuses the only audio line. Not when a later re-INVITE opens it.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_port_zero {
namespace {

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  add_negotiation_evidence(context, finding);
  const std::string since =
      direction.verdict.lost_from_ns == 0
          ? std::string()
          : " more after " + seconds_text(direction.verdict.lost_from_ns - context.audio.answer_ns);
  finding->summary = fmt::format(
      "nobody hears anything{}: the answer refuses the audio that was offered (m=audio 0)", since);
  finding->explanation = "A port of 0 in an answer rejects the media line.";
  finding->remedy =
      "Compare the codecs and the transport (RTP/AVP, RTP/SAVP) of offer and answer, and allow a "
      "common one on the side that answered with port 0.";
  finding->rfc = "RFC 3264 6";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::port_zero, detector, out, describe);
}
const Detector detector("audio-port-zero", Severity::error,
                        "the only audio line was refused (port 0) in the answer of a 2xx", check);

}  // namespace
}  // namespace sipladder::audio_port_zero
