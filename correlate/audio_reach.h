// Private to audio_judge.cc: could the audio arrive where it was sent? Judged against the networks
// that the packets show (RFC 1918, RFC 6598, RFC 3581, RFC 8445).
#pragma once

#include <optional>

#include "correlate/audio_judge.h"

namespace sipladder {

class Reach {
 public:
  // Both directions of the talk; `direction` is the one in question, whose heard_from is set where
  // a stream of the receiver contradicts its SDP.
  Reach(const AudioCase& audio, AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model), audio_(audio), direction_(direction), back_(back) {}

  // private_address, not_latched, wrong_destination, left_behind or none.
  AudioFault fault_of(StreamId id);
  // For a direction without any stream.
  bool is_sent_to_private();

 private:
  Party receiver() const { return opposite(direction_.from); }
  bool sends_from(const Endpoint& endpoint, uint16_t source) const;
  bool is_left_behind(StreamId id) const;
  bool is_seen_at(const IpAddress& ip, uint16_t source) const;
  bool seen_as_source(const IpAddress& ip) const;
  bool cannot_reach(StreamId id);
  bool leaves_network(StreamId id) const;
  bool talks_to_public(const IpAddress& ip) const;
  std::optional<IpAddress> contact_host(const SdpStand& stand) const;
  bool has_public_source(const IpAddress& advertised);
  bool advertised(const Endpoint& endpoint) const;
  bool strayed(const Endpoint& to) const;
  bool is_other_port(const Endpoint& to) const;
  bool is_elsewhere(const Endpoint& to);
  bool receives_nothing_there(const Endpoint& to) const;
  bool is_relay_source(StreamId id) const;
  bool is_behind_nat();

  const Model& model_;
  const AudioCase& audio_;
  AudioDirection& direction_;
  const AudioDirection& back_;
};

}  // namespace sipladder
