// Private to audio.cc: the questions asked of one direction of a talk, one file each, in the order
// in which they are asked.
#pragma once

#include <algorithm>

#include "correlate/audio/audio.h"

namespace sipladder {

// Packets that prove that the capture sees media of this call.
inline constexpr uint32_t kMinMedia = 10;

inline constexpr int64_t kMissed = 3'000'000'000;        // of a talk that went well until then
inline constexpr int64_t kStoppedAfter = 5'000'000'000;  // a shorter rest of a talk is not missed,
inline constexpr int64_t kStoppedShort = 2'000'000'000;  // unless it is a third of it
inline constexpr int64_t kHandful = 500'000'000;         // a shorter beginning is not heard
inline constexpr int64_t kJudgeAfter = 2'000'000'000;    // a shorter agreed talk is not judged

// As the address of its media, or of a candidate for it.
inline bool names(const SdpStand& stand, const Endpoint& endpoint) {
  if (stand.address == endpoint) return true;
  return std::any_of(stand.candidates.begin(), stand.candidates.end(),
                     [&](const IceCandidate& candidate) { return candidate.endpoint == endpoint; });
}

// The answer to one of the questions; fault is none where nothing is wrong.
struct AudioLoss {
  AudioFault fault = AudioFault::none;
  int64_t since_ns = 0;   // it was heard until then; 0: never
  StreamId culprit = {};  // the stream that shows it
};

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

// Sets direction.fault and what proves it. `back` is the other direction.
void judge_direction(const AudioCase& audio, AudioDirection& direction, const AudioDirection& back);

}  // namespace sipladder
