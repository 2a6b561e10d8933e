#include "correlate/audio/reports.h"

namespace sipladder {
namespace {

bool has_ssrc(const Model& model, const AudioDirection& direction, uint32_t ssrc) {
  return std::any_of(direction.streams.begin(), direction.streams.end(),
                     [&](StreamId id) { return model.streams[id].ssrc == ssrc; });
}

// What comes to the reporter with this SSRC is here, and belongs to another call.
bool is_of_other_call(const AudioCase& audio, uint32_t ssrc, StreamId reporter) {
  const CallId own = audio.media.of(reporter).call;
  for (const StreamId id : audio.media.index().with_ssrc(ssrc)) {
    if (audio.model.streams[id].ssrc != ssrc || audio.dst(id).ip != audio.src(reporter).ip)
      continue;
    const CallId call = audio.media.of(id).call;
    if (call && call != own) return true;
  }
  return false;
}

}  // namespace

// Two reports of the receiver show that it got more of a stream that is not here
// (RFC 3550 6.4.1): it takes another way, or the capture has left it out. One alone can be of the
// call before. What SRTCP says is not read.
uint32_t report_of_receipt(const AudioCase& audio, const AudioDirection& back) {
  const auto& audio_sdps = audio.facts.negotiation.audio_sdps;
  if (std::any_of(audio_sdps.begin(), audio_sdps.end(), [](const AudioSdp& s) { return s.secure; }))
    return 0;
  for (const StreamId id : back.streams) {
    for (const RtcpRecord* rtcp : audio.media.rtcp_of(audio.src(id))) {
      const bool of_talk = rtcp->progress_from_ns >= audio.facts.answer_ns &&
                           rtcp->progress_ns <= audio.facts.end_ns;
      if (!of_talk || rtcp->ssrc != audio.model.streams[id].ssrc ||
          has_ssrc(audio.model, back, rtcp->about))
        continue;
      if (is_of_other_call(audio, rtcp->about, id)) continue;
      return rtcp->progress_frame;
    }
  }
  return 0;
}

// The receiver's reports say again and again that nothing came since, and it passes here all the
// time.
AudioVerdict reported_stuck(const AudioCase& audio, const AudioDirection& direction) {
  for (const StreamId id : direction.last_leg) {
    const StreamRecord& stream = audio.model.streams[id];
    const bool stuck = stream.stuck_reports >= kStuckReports &&
                       stream.packets - stream.stuck_packets >= kPassedSinceStuck &&
                       direction.right.within(stream.reported_ns, stream.stuck_ns) >= kStuckForNs;
    if (!stuck) continue;
    return {AudioFault::firewall, stream.reported_ns, id,
            BoxProof{BoxProof::By::reports, stream.stuck_reports}};
  }
  return {};
}

}  // namespace sipladder
