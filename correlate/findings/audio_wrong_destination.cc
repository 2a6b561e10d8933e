// audio-wrong-destination: RTP goes where nobody asked for it. Not when latched, with ICE, or when
// a re-INVITE moved it.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.culprit];
  const std::string_view deaf = other_party(direction.from);
  const SdpStand* stand = context.audio.negotiation.newest(opposite(direction.from));
  const std::string asked =
      stand != nullptr && stand->address ? to_string(*stand->address) : std::string("elsewhere");
  finding->summary = fmt::format(
      "{} hears nothing: {} sends its audio to {}, while the {} asked for it at {}; {} packets "
      "lost",
      deaf, endpoint_text(context, stream.src), endpoint_text(context, stream.dst), deaf, asked,
      stream.packets);
  finding->explanation =
      "No SDP of the receiving party names this address, and it never sent from there.";
  finding->remedy =
      "Look at what rewrote the SDP between the two, and whether the sender still uses an address "
      "of an earlier offer.";
  finding->rfc = "RFC 3264 5.1";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::wrong_destination, detector, out, describe);
}
const Detector detector("audio-wrong-destination", Severity::error,
                        "RTP goes to an address or port that no SDP of the peer named and that the "
                        "peer never sent from",
                        check);

}  // namespace
}  // namespace sipladder
