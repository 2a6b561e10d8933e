// Private to audio/judge.cc: what two capture points of one call show together. Between them is a
// box (a NAT, a firewall or a relay); RTP that goes in and does not come out is lost there.
#pragma once

#include "correlate/audio/judge.h"

namespace sipladder {

class Points {
 public:
  // `direction` is the one in question, `back` the other one. All three must outlive this object.
  Points(const AudioCase& audio, const AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model), audio_(audio), direction_(direction), back_(back) {}

  // Each of these four gives firewall, with the stream as it goes into the box, or no fault.

  // The other direction is seen on both sides of the box, this one only where it goes in.
  AudioVerdict swallowed_by_box() const;
  // SIP of a host passes its NAT, and no RTP of either direction does.
  AudioVerdict swallowed_beside_sip() const;
  // The receiver's own audio passes a capture point that no packet of this direction reaches,
  // although another point shows that it was sent.
  AudioVerdict never_reaches_other_point() const;
  // The packets go on at one point, and end at the point nearer to the receiver.
  AudioVerdict ends_at_other_point() const;

  // There is a point with packets both ways that sees `back`, which the receiver sends, and does
  // not see `sent`.
  bool passes_receiver(StreamId back, StreamId sent) const;

  // Both streams run at the same time for kJudgeAfterNs or longer, so that the absence of one of
  // them at a point means something.
  bool run_together(StreamId a, StreamId b) const {
    return meets(a, model_.streams[b].first_ns, model_.streams[b].last_ns);
  }

  // The same packets are seen on another path, since a box has rewritten their addresses. A path
  // that leads to the source of this stream comes before it and does not count.
  // `beyond`: nor does a path to the destination of the stream, which is a relay.
  bool comes_out_elsewhere(StreamId id, bool beyond = false) const;

  // Some host both sends and receives packets of this call at the point. A capture of one direction
  // only proves nothing about what it lacks.
  bool sees_both_ways(uint8_t point) const;

 private:
  // A NAT that one point shows on both of its sides.
  struct Nat {
    IpAddress inner, outer;
    IpAddress peer;  // the host outside with which the one behind the NAT speaks
    uint8_t point = 0;
  };
  std::vector<Nat> nats_of_sip() const;
  AudioVerdict captured_once(StreamId back) const;
  AudioVerdict not_forwarded() const;
  bool went_out_to(const IpAddress& ip) const;
  AudioVerdict kept_inside() const;
  AudioVerdict swallowed_at(const Nat& nat) const;
  bool comes_in(uint8_t point, const IpAddress& ip) const;
  bool meets(StreamId id, int64_t begin_ns, int64_t end_ns) const;
  bool has_other_origin(StreamId copy, StreamId id) const;
  bool comes_from(StreamId copy, StreamId origin) const;
  StreamId stream_to(const IpAddress& ip) const;
  // Until when a stream is seen on the second side of the box too; 0: it is seen on one side only.
  struct Passage {
    int64_t until_ns = 0;
    StreamId behind;  // as it is seen there; none where no addresses change
  };
  Passage passage_of(StreamId id) const;
  bool second_side_goes_on(StreamId id, const Passage& passage) const;
  bool every_point_goes_on(int64_t begin_ns, int64_t time_ns) const;

  const Model& model_;
  const AudioCase& audio_;
  const AudioDirection& direction_;
  const AudioDirection& back_;
};

}  // namespace sipladder
