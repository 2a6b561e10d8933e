#include "correlate/audio/reports.h"

namespace sipladder {
namespace {

constexpr uint8_t kHalfLost = 128;  // fraction lost, in 256ths (RFC 3550 6.4.1)

bool has_ssrc(const Model& model, const AudioDirection& direction, uint32_t ssrc) {
  return std::any_of(direction.streams.begin(), direction.streams.end(),
                     [&](StreamId id) { return model.streams[id].ssrc == ssrc; });
}

// The stream with this SSRC to the reporter is in the capture, and belongs to another call.
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

// The reporter's own stream began with this call, so its reports are about this call too.
bool began_with_talk(const AudioCase& audio, StreamId reporter) {
  constexpr int64_t kEarlyNs = 10'000'000'000;
  const StreamRecord& stream = audio.model.streams[reporter];
  if (stream.first_ns < audio.facts.answer_ns - kEarlyNs) return false;
  const auto& same = audio.media.index().with_ssrc(stream.ssrc);
  return std::none_of(same.begin(), same.end(), [&](StreamId id) {
    return audio.model.streams[id].src == stream.src &&
           audio.model.streams[id].first_ns < stream.first_ns;
  });
}

bool is_within_talk(const AudioCase& audio, int64_t from_ns, int64_t until_ns) {
  return from_ns >= audio.facts.answer_ns && until_ns <= audio.facts.end_ns;
}

}  // namespace

// Two reports of the receiver prove that it got more of a stream that is not here (RFC 3550 6.4.1):
// the stream takes another path, or the capture has left it out. A single report can be about the
// call before, unless the reporter's own stream began with this one. Calls with SRTP are not asked.
uint32_t report_of_receipt(const AudioCase& audio, const AudioDirection& back) {
  const auto& audio_sdps = audio.facts.negotiation.audio_sdps;
  if (std::any_of(audio_sdps.begin(), audio_sdps.end(), [](const AudioSdp& s) { return s.secure; }))
    return 0;
  for (const StreamId id : back.streams) {
    for (const RtcpRecord* rtcp : audio.media.rtcp_of(audio.src(id))) {
      const bool progress = is_within_talk(audio, rtcp->progress_from_ns, rtcp->progress_ns);
      const bool first = is_within_talk(audio, rtcp->block_ns, rtcp->block_ns) &&
                         rtcp->repeated == 0 && rtcp->fraction_lost < kHalfLost &&
                         began_with_talk(audio, id);
      if ((!progress && !first) || rtcp->ssrc != audio.model.streams[id].ssrc ||
          has_ssrc(audio.model, back, rtcp->about))
        continue;
      if (is_of_other_call(audio, rtcp->about, id)) continue;
      return progress ? rtcp->progress_frame : rtcp->block_frame;
    }
  }
  return 0;
}

// Reports of the receiver since `reported_ns` say that all is lost, while packets still pass here.
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
