#include "correlate/audio/codec.h"

namespace sipladder {

AudioVerdict never_decodable(const AudioCase& audio, const AudioDirection& direction) {
  if (audio.facts.negotiation.half_unseen) return {};  // the receiver's list may not be here
  for (const StreamId id : direction.last_leg) {
    const StreamRecord& stream = audio.model.streams[id];
    if (is_comfort_noise(stream.payload_type)) return {};
    for (const AudioSdp& audio_sdp : audio.facts.negotiation.audio_sdps) {
      if (audio_sdp.author == opposite(direction.from) && accepts(audio_sdp, stream.payload_type))
        return {};
    }
  }
  if (direction.last_leg.empty() || !direction.receiver_sdp) return {};
  return {AudioFault::codec_mismatch, 0, direction.last_leg.front()};
}

AudioVerdict no_longer_decodable(const AudioCase& audio, const AudioDirection& direction) {
  const Negotiation& negotiation = audio.facts.negotiation;
  const AudioSdp* newest = negotiation.newest(opposite(direction.from));
  if (newest == nullptr || !newest->usable || !negotiation.is_in_force(*newest)) return {};
  const StreamId id = direction.last_leg.back();
  const StreamRecord& stream = audio.model.streams[id];
  // On another hop, a relay that transcodes shows another list.
  for (const AudioSdp& audio_sdp : negotiation.audio_sdps) {
    const bool same = audio_sdp.author == newest->author &&
                      audio.model.messages[audio_sdp.message].is_in_exchange_of(
                          audio.model.messages[newest->message]);
    if (same && accepts(audio_sdp, stream.voice_type)) return {};
  }
  if (direction.right.within(newest->time_ns, stream.last_ns) < kMissedNs) return {};
  return {AudioFault::codec_mismatch, newest->time_ns, id};
}

}  // namespace sipladder
