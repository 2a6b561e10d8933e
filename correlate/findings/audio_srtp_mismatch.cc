// audio-srtp-mismatch: RTP/SAVP on one side and RTP/AVP on the other, or SRTP without key exchange,
// be it that DTLS never completes.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

void describe(CallContext& context, const AudioDirection&, Finding* finding) {
  add_negotiation_evidence(context, finding);
  finding->summary =
      "the two sides do not agree on encryption: one SDP says RTP/SAVP, the other RTP/AVP, or no "
      "key "
      "is given";
  finding->explanation =
      "The transport of the answer must be that of the offer; SRTP needs a=crypto (RFC 4568) or "
      "a=fingerprint (RFC 5763).";
  finding->remedy = "Set both sides to the same media encryption, or let an SBC translate.";
  finding->rfc = "RFC 3264 6.1";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::srtp_mismatch, detector, out, describe);
}
const Detector detector(
    "audio-srtp-mismatch", Severity::error,
    "one side asks for SRTP and the other for RTP, or SRTP without a key or a handshake", check);

}  // namespace
}  // namespace sipladder
