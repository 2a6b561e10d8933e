// audio-half-captured: the capture shows one direction of the talk, and nothing tells whether the
// other one was heard. Not when RTCP confirms the other one, nor when its absence is a fault.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_half_captured {
namespace {

extern const Detector detector;

std::string destination_text(const CallContext& context, Party receiver) {
  const AudioSdp* audio_sdp = context.audio.negotiation.newest(receiver);
  return audio_sdp != nullptr && audio_sdp->address ? to_string(*audio_sdp->address)
                                                    : std::string();
}

void check(CallContext& context, CallAnalysis* out) {
  if (audio_verdict(context.audio) != Audio::half_captured) return;
  const Party unseen = unseen_sender(context.audio);
  const AudioDirection& here = context.audio.direction(opposite(unseen));
  const StreamRecord& stream = context.model.streams[here.streams.front()];
  const std::string to = destination_text(context, opposite(unseen));
  Finding finding = finding_of(context, detector);
  finding.stream = here.streams.front();
  finding.message = here.receiver_sdp;
  finding.evidence = {stream.first_frame, stream.last_frame};
  finding.summary = fmt::format(
      "only the {}'s RTP is here ({} packet{} from {} to {}); none of the {}'s{} passes this point",
      party_text(opposite(unseen)), stream.packets_once(), stream.packets_once() == 1 ? "" : "s",
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst), party_text(unseen),
      to.empty() ? to : fmt::format(", which goes to {},", to));
  finding.explanation = fmt::format(
      "Offer and answer let both send. Whether the {} hears the {} cannot be judged from one "
      "direction.",
      other_party(unseen), party_text(unseen));
  if (here.moved_unseen) {
    finding.explanation = fmt::format(
        "No SDP of this call names {}, which both sends and receives: the message that moved the "
        "media there is not in the capture. Whether the {} hears the {} cannot be judged.",
        ip_text(context, stream.dst), other_party(unseen), party_text(unseen));
  }
  finding.remedy = fmt::format(
      "Capture at the {}, or at the relay that both send to, and without a port filter.",
      other_party(unseen));
  finding.rfc = "RFC 3264 5.1";
  report(out, std::move(finding));
}

const Detector detector("audio-half-captured", Severity::info,
                        "one direction of the talk is in the capture, the other one passes where "
                        "this point does not see it",
                        check);

}  // namespace
}  // namespace sipladder::audio_half_captured
