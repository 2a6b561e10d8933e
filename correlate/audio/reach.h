// Private to audio_judge.cc: could the audio arrive where it was sent? Judged against the networks
// that the packets show (RFC 1918, RFC 6598, RFC 3581, RFC 8445).
#pragma once

#include <optional>

#include "correlate/audio/judge.h"

namespace sipladder {

class Reach {
 public:
  // Both directions of the talk; `direction` is the one in question, whose heard_from is set where
  // a stream of the receiver contradicts its SDP.
  Reach(const AudioCase& audio, AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model), audio_(audio), direction_(direction), back_(back) {}

  // private_address, not_latched, wrong_destination, left_behind or none.
  AudioLoss fault_of(StreamId id);
  // For a direction that is not here, or not any more.
  bool is_sent_to_private();

 private:
  Party receiver() const { return opposite(direction_.from); }
  StreamId outnumbering(const Endpoint& endpoint) const;
  bool sends_from(const Endpoint& endpoint, StreamId at) const;
  std::optional<int64_t> left_behind_since(StreamId id) const;
  std::optional<int64_t> abandoned_since(StreamId id);
  bool receives(const Endpoint& endpoint) const;
  MessageId named_in(const Endpoint& endpoint) const;
  bool names_in_same_offer(const SdpStand& newest, const Endpoint& endpoint) const;
  bool is_relay_of_both(StreamId id) const;
  bool is_source_at_points_of(StreamId stream, const IpAddress& ip) const;
  StreamId public_stream() const;
  bool gets_signalling(const IpAddress& ip) const;
  bool seen_as_source(const IpAddress& ip) const;
  bool cannot_reach(StreamId id);
  bool leaves_network(StreamId id) const;
  bool advertised(const Endpoint& endpoint) const;
  bool strayed(const Endpoint& to) const;
  bool is_other_port(const Endpoint& to) const;
  bool is_unmapped(const Endpoint& to);
  bool is_elsewhere(const Endpoint& to);
  bool is_from_pool(StreamId heard, const Endpoint& to) const;
  bool receives_nothing_there(const Endpoint& to) const;
  bool is_relay_source(StreamId id) const;

  const Model& model_;
  const AudioCase& audio_;
  AudioDirection& direction_;
  const AudioDirection& back_;
};

}  // namespace sipladder
