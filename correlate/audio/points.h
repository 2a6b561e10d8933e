// Private to audio/judge.cc: what two capture points of one call show together. RTP that goes into
// a NAT, a firewall or a relay between them and does not come out.
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

class Points {
 public:
  // `direction` is the one in question, `back` the other one.
  Points(const AudioCase& audio, const AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model), audio_(audio), direction_(direction), back_(back) {}

  // Each is firewall, with the stream as it goes in, or none.

  // The other direction is seen on either side of the box, this one only where it goes in.
  AudioVerdict swallowed_by_box() const;
  // Nothing of either direction passes a NAT that SIP of the same host does pass.
  AudioVerdict swallowed_beside_sip() const;
  // A point that the receiver's own audio passes, and that no packet of this direction reaches,
  // though another point shows that it was sent.
  AudioVerdict never_reaches_other_point() const;
  // The packets go on at the one point, and end at the other, nearer to the receiver.
  AudioVerdict ends_at_other_point() const;

  // Another point, where packets go both ways, shows what the receiver sends, and nothing of
  // `sent`.
  bool passes_receiver(StreamId back, StreamId sent) const;

  // Both pass at one time, for so long that the other one would be missed if it did not pass there.
  bool run_together(StreamId a, StreamId b) const {
    return meets(a, model_.streams[b].first_ns, model_.streams[b].last_ns);
  }

  // Of a capture of what one host sends, or gets, nothing can be said that is missing.
  bool sees_both_ways(uint8_t point) const;

 private:
  // A NAT that one point shows on both of its sides.
  struct Nat {
    IpAddress inner, outer;
    IpAddress peer;  // with whom the host behind it speaks
    uint8_t point = 0;
  };
  std::vector<Nat> nats_of_sip() const;
  AudioVerdict captured_once(StreamId back) const;
  AudioVerdict kept_inside() const;
  AudioVerdict swallowed_at(const Nat& nat) const;
  bool comes_in(uint8_t point, const IpAddress& ip) const;
  bool meets(StreamId id, int64_t begin_ns, int64_t end_ns) const;
  bool comes_out_elsewhere(StreamId id) const;
  bool has_other_origin(StreamId copy, StreamId id) const;
  bool comes_from(StreamId copy, StreamId origin) const;
  StreamId stream_to(const IpAddress& ip) const;
  int64_t passes_until(StreamId id) const;
  bool every_point_goes_on(int64_t begin_ns, int64_t time_ns) const;

  const Model& model_;
  const AudioCase& audio_;
  const AudioDirection& direction_;
  const AudioDirection& back_;
};

}  // namespace sipladder
