// Private to audio/: the questions asked of one direction of a talk, one file each. A question is a
// pure function: it reads the facts, and gives a verdict with its own proof, or none.
#pragma once

#include <algorithm>

#include "correlate/audio/audio.h"
#include "correlate/audio/thresholds.h"

namespace sipladder {

// As the address of its media, or of a candidate for it.
inline bool names(const AudioSdp& audio_sdp, const Endpoint& endpoint) {
  if (audio_sdp.address == endpoint) return true;
  return std::any_of(audio_sdp.candidates.begin(), audio_sdp.candidates.end(),
                     [&](const IceCandidate& candidate) { return candidate.endpoint == endpoint; });
}

// What every question may read.
struct AudioCase {
  const Model& model;
  const MediaBinding& media;
  MessageView& view;
  const std::vector<MessageId>& messages;
  const AudioFacts& facts;

  const Endpoint& src(StreamId id) const { return model.endpoints[model.streams[id].src]; }
  const Endpoint& dst(StreamId id) const { return model.endpoints[model.streams[id].dst]; }
  bool sends(const AudioDirection& direction, const IpAddress& ip) const {
    return std::any_of(direction.streams.begin(), direction.streams.end(),
                       [&](StreamId id) { return src(id).ip == ip; });
  }
  // Of a TURN server, for the client that a stream comes from.
  bool is_relayed_address(const Endpoint& relayed, StreamId of_client) const {
    const auto& clients = media.turn_clients_of(relayed);
    return std::find(clients.begin(), clients.end(), src(of_client)) != clients.end();
  }
  // More than a first packet that a relay sent before it knew better.
  bool receives(const AudioDirection& direction, const IpAddress& ip) const {
    return std::any_of(direction.streams.begin(), direction.streams.end(), [&](StreamId id) {
      return dst(id).ip == ip && model.streams[id].packets >= kMinMedia;
    });
  }
};

// The verdict on `direction`; `back` is the other one. None when nothing is wrong, or when the
// capture cannot tell.
AudioVerdict judge_direction(const AudioCase& audio, const AudioDirection& direction,
                             const AudioDirection& back);

// A host that no SDP of the call names gets the stream at a port from which it sends to a party:
// the message that brought it in is not here, so nothing is known of what was agreed since.
bool talks_to_stranger(const AudioCase& audio, const AudioDirection& direction);

}  // namespace sipladder
