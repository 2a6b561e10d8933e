// audio-late: the first RTP of a direction comes more than 1 s after it was due. The verdict on the
// call becomes `partial` only when 5 s, or half of a shorter talk, are missing. Not for a phone
// that sends nothing while its user is silent.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_late {
namespace {

extern const Detector detector;

constexpr int64_t kLateNs = 1'000'000'000;
constexpr int64_t kLateKeyedNs = 3'000'000'000;

// ICE checks and a DTLS handshake come before the first RTP packet, and are repeated after a second
// when they get lost.
int64_t allowed_ns(const Negotiation& negotiation) {
  for (const AudioSdp& audio_sdp : negotiation.audio_sdps) {
    if (audio_sdp.ice || audio_sdp.fingerprint) return kLateKeyedNs;
  }
  return kLateNs;
}

void check(CallContext& context, CallAnalysis* out) {
  for (const AudioDirection* direction : {&context.audio.from_caller, &context.audio.from_callee}) {
    const bool heard = !direction->last_leg.empty() && direction->agreed_from != 0;
    const bool explained = direction->verdict.fault != AudioFault::none &&
                           direction->verdict.fault != AudioFault::late;
    const int64_t late = direction->late_ns();
    if (!heard || explained || direction->moved_unseen ||
        late <= allowed_ns(context.audio.negotiation))
      continue;
    const StreamRecord& stream = context.model.streams[direction->last_leg.front()];
    if (stream.pauses_in_silence()) continue;
    Finding finding = finding_of(context, detector);
    finding.stream = direction->last_leg.front();
    finding.evidence.push_back(stream.first_frame);
    finding.summary =
        fmt::format("{} hears nothing for the first {}: the first RTP of the {} is frame {}",
                    other_party(direction->from), seconds_text(late), party_text(direction->from),
                    stream.first_frame);
    finding.explanation = "Offer and answer let that party send from the answer on.";
    finding.remedy =
        "Look at the messages just before that frame: whatever came then (a keep-alive, a "
        "re-INVITE, the peer's first packet) opened the path. Have it sent at the answer.";
    finding.rfc = "RFC 3264 5.1";
    report(out, std::move(finding));
  }
}

const Detector detector("audio-late", Severity::warning,
                        "the first RTP of a direction comes more than 1 s after the answer", check);

}  // namespace
}  // namespace sipladder::audio_late
