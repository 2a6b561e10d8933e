// audio-rtcp-mux: a party sends RTCP to the RTP port of a party that did not agree to that (RFC
// 5761 5.1.1), and audio or reports end. Not where both agree, nor where nothing ends.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_rtcp_mux {
namespace {

extern const Detector detector;

bool agrees(CallContext& context, const AudioSdp& audio_sdp) {
  if (!context.view.load(context.message(audio_sdp.message))) return true;
  const Sdp sdp = parse_sdp(find_sdp(context.view.sip()));
  return audio_sdp.mline < sdp.media.size() && sdp.media[audio_sdp.mline].rtcp_mux;
}

// RTCP that goes to the same port as the RTP of its sender; null when there is none.
const RtcpRecord* muxed_by(const CallContext& context, const AudioDirection& direction) {
  for (const StreamId id : direction.last_leg) {
    const StreamRecord& stream = context.model.streams[id];
    const auto& endpoints = context.model.endpoints;
    for (const RtcpRecord* rtcp : context.media.rtcp_of(endpoints[stream.src])) {
      if (rtcp->dst == endpoints[stream.dst] && rtcp->ssrc == stream.ssrc) return rtcp;
    }
  }
  return nullptr;
}

bool stops(const AudioDirection& direction) {
  return direction.verdict.fault == AudioFault::stopped;
}

void check_sender(CallContext& context, Party sender, CallAnalysis* out) {
  constexpr int64_t kReportsEndNs = 20'000'000'000;
  const AudioDirection& own = context.audio.direction(sender);
  const AudioSdp* other = context.audio.negotiation.newest(opposite(sender));
  const RtcpRecord* rtcp = muxed_by(context, own);
  if (rtcp == nullptr || other == nullptr) return;
  const bool audio_ends = stops(own) || stops(context.audio.direction(opposite(sender)));
  const bool reports_end =
      std::min(own.last_ns, context.audio.end_ns) - rtcp->last_ns > kReportsEndNs;
  if ((!audio_ends && !reports_end) || agrees(context, *other)) return;
  Finding finding = finding_of(context, detector);
  finding.confidence = Confidence::likely;
  finding.stream = own.last_leg.front();
  finding.message = other->message;
  finding.evidence = {context.message(other->message).frame,
                      context.model.streams[own.last_leg.front()].first_frame};
  finding.summary = fmt::format(
      "the {} sends RTCP to {}, the RTP port of the {}, which did not agree to a=rtcp-mux (frame "
      "{}); {}",
      party_text(sender), to_string(rtcp->dst), other_party(sender),
      context.message(other->message).frame,
      audio_ends ? "RTP stops in mid-talk" : "its reports end in mid-talk");
  finding.explanation =
      "Who does not expect RTCP there takes it for broken RTP, or never gets a report and ends the "
      "media for it.";
  finding.remedy =
      "Use rtcp-mux only where offer and answer have it; else send RTCP to the next port.";
  finding.rfc = "RFC 5761 5.1.1";
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  if (!context.audio.answered || context.streams.empty()) return;
  check_sender(context, Party::caller, out);
  check_sender(context, Party::callee, out);
}

const Detector detector("audio-rtcp-mux", Severity::warning,
                        "RTCP on the RTP port of a party that did not agree, and audio or reports "
                        "end",
                        check);

}  // namespace
}  // namespace sipladder::audio_rtcp_mux
