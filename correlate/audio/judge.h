// Private to audio/: the questions asked of one direction of a talk, one file each. A question is a
// pure function: it reads the facts, and gives a verdict with its own proof, or one without a fault
// (AudioFault::none).
#pragma once

#include <algorithm>

#include "correlate/audio/audio.h"
#include "correlate/audio/thresholds.h"

namespace sipladder {

// The SDP names this endpoint: as the address of its audio, or as an ICE candidate (RFC 8839).
inline bool names(const AudioSdp& audio_sdp, const Endpoint& endpoint) {
  if (audio_sdp.address == endpoint) return true;
  return std::any_of(audio_sdp.candidates.begin(), audio_sdp.candidates.end(),
                     [&](const IceCandidate& candidate) { return candidate.endpoint == endpoint; });
}

// What every question may read. The references must outlive it.
struct AudioCase {
  const Model& model;
  const MediaBinding& media;
  MessageView& view;
  const std::vector<MessageId>& messages;
  const AudioFacts& facts;

  CallId call() const { return model.messages[messages.front()].call; }
  const Endpoint& src(StreamId id) const { return model.endpoints[model.streams[id].src]; }
  const Endpoint& dst(StreamId id) const { return model.endpoints[model.streams[id].dst]; }
  bool sends(const AudioDirection& direction, const IpAddress& ip) const {
    return std::any_of(direction.streams.begin(), direction.streams.end(),
                       [&](StreamId id) { return src(id).ip == ip; });
  }
  // `relayed` is the address that a TURN server holds for the client that sends this stream.
  bool is_relayed_address(const Endpoint& relayed, StreamId of_client) const {
    const auto& clients = media.turn_clients_of(relayed);
    return std::find(clients.begin(), clients.end(), src(of_client)) != clients.end();
  }
  // A stream of this direction goes to the host. Fewer packets than kMinMedia do not count: a relay
  // sends a few before it learns the right address.
  bool receives(const AudioDirection& direction, const IpAddress& ip) const {
    return std::any_of(direction.streams.begin(), direction.streams.end(), [&](StreamId id) {
      return dst(id).ip == ip && model.streams[id].packets >= kMinMedia;
    });
  }
};

// The verdict on `direction`; `back` is the other one. Its fault is none when nothing is wrong, or
// when the capture cannot tell.
AudioVerdict judge_direction(const AudioCase& audio, const AudioDirection& direction,
                             const AudioDirection& back);

// The media goes through a host that no SDP of the call names: it gets the stream of one party at
// the port from which it sends to another. The message that brought this host in is not in the
// capture, so nothing is known of what was agreed since then.
bool talks_to_stranger(const AudioCase& audio, const AudioDirection& direction);

}  // namespace sipladder
