// Private to audio/judge.cc: could the audio arrive where it was sent? Destinations are compared
// with the networks that the packets show (RFC 1918, RFC 6598, RFC 3581, RFC 8445).
#pragma once

#include <optional>

#include "correlate/audio/judge.h"

namespace sipladder {

class Reach {
 public:
  // `direction` is the one in question, `back` the other one. All three must outlive this object.
  Reach(const AudioCase& audio, const AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model), audio_(audio), direction_(direction), back_(back) {}

  // private_address, not_latched, wrong_destination, left_behind or no fault. `id` is a stream of
  // the direction.
  AudioVerdict fault_of(StreamId id) const;
  // For a direction that is not here, or not any more: its receiver's SDP names a private address,
  // which explains that. nullopt when it does not.
  std::optional<PrivateProof> private_proof() const;

 private:
  Party receiver() const { return opposite(direction_.from); }
  StreamId outnumbering(const Endpoint& endpoint) const;
  bool sends_from(const Endpoint& endpoint, StreamId at) const;
  AudioVerdict fault_of_move(StreamId id) const;
  std::optional<int64_t> left_behind_since(StreamId id) const;
  // The receiver's source moved: when, and its stream from the new one.
  struct Moved {
    int64_t since_ns = 0;
    StreamId to;
  };
  std::optional<Moved> abandoned_since(StreamId id) const;
  bool receives(const Endpoint& endpoint) const;
  MessageId named_in(const Endpoint& endpoint) const;
  bool names_in_same_offer(const AudioSdp& newest, const Endpoint& endpoint) const;
  bool is_relay_of_both(StreamId id) const;
  bool is_source_at_points_of(StreamId stream, const IpAddress& ip) const;
  StreamId public_stream() const;
  bool sends_private_sdp(const IpAddress& ip) const;
  bool gets_signalling(const IpAddress& ip) const;
  bool seen_as_source(const IpAddress& ip) const;
  std::optional<PrivateProof> out_of_reach(StreamId id) const;
  bool leaves_network(StreamId id) const;
  bool advertised(const Endpoint& endpoint) const;
  bool strayed(const Endpoint& to) const;
  bool is_other_port(const Endpoint& to) const;
  bool is_beside_named(const Endpoint& to) const;
  StreamId heard_beside_unmapped(const Endpoint& to) const;
  StreamId heard_elsewhere(const Endpoint& to) const;
  bool is_from_pool(StreamId heard, const Endpoint& to) const;
  bool receives_nothing_there(const Endpoint& to) const;
  bool is_relay_source(StreamId id) const;

  const Model& model_;
  const AudioCase& audio_;
  const AudioDirection& direction_;
  const AudioDirection& back_;
};

}  // namespace sipladder
