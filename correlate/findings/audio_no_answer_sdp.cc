// audio-no-answer-sdp: the dialog is confirmed, and only one side ever gave an SDP. Not when the
// answer came in a reliable 18x or the media flows.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder::audio_no_answer_sdp {
namespace {

void describe(CallContext& context, const AudioDirection&, Finding* finding) {
  const SdpStand& offer = context.audio.negotiation.stands.front();
  finding->evidence.push_back(context.message(offer.message).frame);
  finding->summary = fmt::format(
      "nobody hears anything: the SDP of the {} (frame {}) was never answered with another one",
      party_text(offer.author), context.message(offer.message).frame);
  finding->explanation =
      "An INVITE without SDP is answered by an offer in the 2xx, whose answer must be in the ACK; "
      "an "
      "offer in the INVITE must be answered in the 2xx.";
  finding->remedy =
      "Capture at the side whose SDP is missing. If it sends one there, the SIP ALG or SBC in "
      "between strips the body: switch the ALG off.";
  finding->rfc = "RFC 3261 13.2.1";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::no_answer_sdp, detector, out, describe);
}
const Detector detector("audio-no-answer-sdp", Severity::error,
                        "an offer without an answer in a confirmed dialog", check);

}  // namespace
}  // namespace sipladder::audio_no_answer_sdp
