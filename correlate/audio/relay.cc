#include "correlate/audio/relay.h"

namespace sipladder {
namespace {

class Relays {
 public:
  Relays(const AudioCase& audio, const Points& points, const AudioDirection& direction,
         const AudioDirection& back)
      : model_(audio.model), audio_(audio), points_(points), direction_(direction), back_(back) {}

  // A relay sends `back` on, and does not send this direction on to where `back` comes from.
  EndpointId that_swallows_one() const {
    for (const StreamId in : back_.streams) {
      if (model_.streams[in].packets < kMinMedia) continue;
      const IpAddress& relay = audio_.dst(in).ip;
      if (audio_.sends(back_, relay) && takes_in(relay, in) && !is_answered(in) &&
          !sends_elsewhere(relay, in))
        return model_.streams[in].dst;
    }
    return {};
  }
  // Both parties send to one host that sends nothing to either, and this point would see it send.
  // At a mirror port that copies one way only, no host would seem to answer.
  EndpointId that_swallows_both() const {
    for (const StreamId id : direction_.last_leg) {
      const IpAddress& relay = audio_.dst(id).ip;
      if (model_.streams[id].packets < kMinMedia || audio_.sends(back_, relay) ||
          audio_.sends(direction_, relay))
        continue;
      const auto other =
          std::find_if(back_.last_leg.begin(), back_.last_leg.end(), [&](StreamId back) {
            return audio_.dst(back).ip == relay && audio_.src(back).ip != audio_.src(id).ip &&
                   model_.streams[back].packets >= kMinMedia && pass_one_point(id, back);
          });
      if (other == back_.last_leg.end()) continue;
      // A relay may send on from another of its addresses.
      if (points_.comes_out_elsewhere(id, true) || points_.comes_out_elsewhere(*other, true))
        continue;
      const uint8_t point = model_.streams[id].point;
      if (!points_.sees_both_ways(point) && !points_.passes_receiver(*other, id)) continue;
      return model_.streams[id].dst;
    }
    return {};
  }
  // A TURN server (RFC 8656): its client sends to it, and nothing leaves the relayed address to
  // which the other party sends. Not asked with ICE, whose media may take another path.
  EndpointId turn_that_swallows() const {
    if (uses_ice()) return {};
    for (const StreamId in : back_.streams) {
      const Endpoint& relayed = audio_.dst(in);
      if (model_.streams[in].packets < kMinMedia || audio_.sends(direction_, relayed.ip)) continue;
      for (const StreamId id : direction_.streams) {
        if (audio_.is_relayed_address(relayed, id) && audio_.dst(id) == audio_.src(in) &&
            pass_one_point(id, in) && points_.run_together(id, in) &&
            points_.sees_both_ways(model_.streams[in].point))
          return model_.streams[in].dst;
      }
    }
    return {};
  }

 private:
  bool uses_ice() const {
    const auto& audio_sdps = audio_.facts.negotiation.audio_sdps;
    return std::any_of(audio_sdps.begin(), audio_sdps.end(),
                       [](const AudioSdp& s) { return s.ice; });
  }
  bool pass_one_point(StreamId a, StreamId b) const {
    return model_.streams[a].shares_point_with(model_.streams[b]);
  }
  // This direction reaches the relay, at the capture point that shows what it sends on.
  bool takes_in(const IpAddress& relay, StreamId in) const {
    return std::any_of(direction_.streams.begin(), direction_.streams.end(), [&](StreamId id) {
      return audio_.dst(id).ip == relay && model_.streams[id].packets >= kMinMedia &&
             pass_one_point(id, in);
    });
  }
  // Something comes back to the source of this stream, as it is seen on any side of a NAT.
  bool is_answered(StreamId in) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId id) {
      const bool same =
          model_.streams[id].ssrc == model_.streams[in].ssrc && audio_.dst(id) == audio_.dst(in);
      return same && (audio_.receives(direction_, audio_.src(id).ip) ||
                      audio_.receives(back_, audio_.src(id).ip));
    });
  }
  // The relay sends this direction on after all, at the same time, to another host.
  bool sends_elsewhere(const IpAddress& relay, StreamId in) const {
    return std::any_of(direction_.last_leg.begin(), direction_.last_leg.end(), [&](StreamId id) {
      return audio_.src(id).ip == relay && audio_.dst(id).ip != audio_.src(in).ip &&
             model_.streams[id].packets >= kMinMedia &&
             model_.streams[id].last_ns - model_.streams[in].first_ns >= kMissedNs;
    });
  }

  const Model& model_;
  const AudioCase& audio_;
  const Points& points_;
  const AudioDirection& direction_;
  const AudioDirection& back_;
};

// RTP of any call goes from the one host to the other while this call lasts.
bool sends_to(const AudioCase& audio, const IpAddress& from, const IpAddress& to) {
  const auto to_there = audio.media.index().to_host(to);
  return std::any_of(to_there.begin(), to_there.end(), [&](StreamId id) {
    const StreamRecord& stream = audio.model.streams[id];
    return audio.src(id).ip == from && audio.dst(id).ip == to && stream.packets >= kMinMedia &&
           stream.last_ns > audio.facts.answer_ns && stream.first_ns < audio.facts.end_ns;
  });
}

// `out` is the stream `in` as the B2BUA sends it on.
bool is_sent_on(const AudioCase& audio, const Points& points, StreamId in, StreamId out) {
  const StreamRecord& leaving = audio.model.streams[out];
  return audio.src(out).ip == audio.dst(in).ip && audio.dst(out).ip != audio.src(in).ip &&
         leaving.packets >= kMinMedia && leaving.shares_point_with(audio.model.streams[in]) &&
         points.run_together(in, out);
}

// The B2BUA, which sends `in` on as `out`, gets `answer` from there and lets nothing of it out.
bool is_kept(const AudioCase& audio, const Points& points, StreamId in, StreamId out,
             StreamId answer) {
  const StreamRecord& lost = audio.model.streams[answer];
  return audio.src(answer) == audio.dst(out) && lost.dst == audio.model.streams[out].src &&
         lost.packets >= kMinMedia && lost.shares_point_with(audio.model.streams[in]) &&
         points.run_together(in, answer) && !points.comes_out_elsewhere(answer, true) &&
         !sends_to(audio, audio.dst(in).ip, audio.src(in).ip);
}

}  // namespace

StreamId taken_on_other_leg(const AudioCase& audio, const Points& points,
                            const AudioDirection& back) {
  constexpr size_t kMostLooks = 4096;  // at streams: more than that is a flood
  const auto& index = audio.media.index();
  StreamId found;
  size_t looks = 0;
  for (const StreamId in : back.streams) {
    if (audio.model.streams[in].packets < kMinMedia) continue;
    for (const StreamId out : index.with_ssrc(audio.model.streams[in].ssrc)) {
      if (++looks > kMostLooks) return {};
      if (!is_sent_on(audio, points, in, out)) continue;
      for (const StreamId answer : index.from(audio.dst(out))) {
        if (++looks > kMostLooks) return {};
        if (!is_kept(audio, points, in, out, answer)) continue;
        if (found && audio.src(found) != audio.src(answer)) return {};
        found = answer;
      }
    }
  }
  return found;
}

EndpointId relay_that_swallows(const AudioCase& audio, const Points& points,
                               const AudioDirection& direction, const AudioDirection& back) {
  const Relays relays(audio, points, direction, back);
  if (const EndpointId relay = relays.that_swallows_both()) return relay;
  if (const EndpointId relay = relays.that_swallows_one()) return relay;
  return relays.turn_that_swallows();
}

}  // namespace sipladder
