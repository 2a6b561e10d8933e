#include "correlate/audio/points.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "correlate/session/thinned.h"

namespace sipladder {

// Both streams have the same SSRC and overlapping sequence numbers at the same time, on two paths.
static bool carry_same(const StreamRecord& a, const StreamRecord& b) {
  return a.ssrc == b.ssrc && (a.src != b.src || a.dst != b.dst) && a.packets >= kMinMedia &&
         b.packets >= kMinMedia && a.first_ns <= b.last_ns && b.first_ns <= a.last_ns &&
         a.sequence.base <= b.sequence.highest && b.sequence.base <= a.sequence.highest;
}

static AudioVerdict swallowed_from(StreamId stream, BoxProof::By by = BoxProof::By::other_direction,
                                   int64_t since_ns = 0) {
  return {AudioFault::firewall, since_ns, stream, BoxProof{by}};
}

AudioVerdict Points::swallowed_by_box() const {
  for (const StreamId id : back_.streams) {
    const StreamRecord& outside = model_.streams[id];
    if (outside.packets < kMinMedia) continue;
    if (outside.elsewhere * 2 > outside.packets) {
      if (AudioVerdict lost = captured_once(id)) return lost;
    }
    for (const StreamId other : back_.streams) {
      const StreamRecord& inside = model_.streams[other];
      // Streams that follow each other are no two sides of a box, but a handover.
      const bool same_stream = other != id && carry_same(inside, outside) &&
                               inside.dst == outside.dst &&
                               audio_.src(other).ip != audio_.src(id).ip;
      // `inside` is the side from which the packets enter the NAT, so it is seen first.
      if (!same_stream || inside.first_ns > outside.first_ns) continue;
      if (audio_.receives(direction_, audio_.src(id).ip) &&
          !audio_.receives(direction_, audio_.src(other).ip)) {
        const StreamId swallowed = stream_to(audio_.src(id).ip);
        if (meets(swallowed, inside.first_ns, inside.last_ns) && !comes_out_elsewhere(swallowed))
          return swallowed_from(swallowed);
      }
    }
  }
  if (AudioVerdict lost = kept_inside()) return lost;
  return not_forwarded();
}

// `back` comes in through a NAT to the host behind it, and what that host sends does not get out.
AudioVerdict Points::kept_inside() const {
  for (const StreamId outside : back_.streams) {
    for (const StreamId inside : back_.streams) {
      const StreamRecord& before = model_.streams[outside];
      const StreamRecord& behind = model_.streams[inside];
      const IpAddress& host = audio_.dst(inside).ip;
      const IpAddress& nat = audio_.dst(outside).ip;
      // Both phones can be behind this NAT, which turns one of them round (RFC 4787 6): then the
      // other one is answered within the network.
      if (is_private_scope(scope_of(audio_.src(outside).ip))) continue;
      if (before.src != behind.src || host == nat || !is_private_scope(scope_of(host)) ||
          !carry_same(before, behind) || !run_together(outside, inside) ||
          before.first_ns > behind.first_ns || audio_.sends(direction_, nat) ||
          !sees_both_ways(before.point))
        continue;
      for (const StreamId id : direction_.streams) {
        if (audio_.src(id).ip == host && audio_.dst(id).ip == audio_.src(outside).ip &&
            model_.streams[id].packets >= kMinMedia && run_together(id, inside) &&
            !model_.streams[id].passed(Way::out) && !comes_out_elsewhere(id))
          return swallowed_from(id);
      }
    }
  }
  return {};
}

AudioVerdict Points::swallowed_beside_sip() const {
  for (const Nat& nat : nats_of_sip()) {
    if (AudioVerdict lost = swallowed_at(nat)) return lost;
  }
  return {};
}

// A stream goes into the NAT from one side, and no stream of either direction is seen on the other.
AudioVerdict Points::swallowed_at(const Nat& nat) const {
  const auto passes = [&](const AudioDirection& direction, const auto& counts) {
    return std::any_of(direction.streams.begin(), direction.streams.end(), [&](StreamId id) {
      return model_.streams[id].seen_at(nat.point) && counts(id);
    });
  };
  const auto is_outside = [&](StreamId id) { return audio_.src(id).ip == nat.outer; };
  const auto is_inside = [&](StreamId id) { return audio_.dst(id).ip == nat.inner; };
  for (const StreamId id : direction_.streams) {
    const StreamRecord& stream = model_.streams[id];
    const IpAddress& to = audio_.dst(id).ip;
    const bool goes_out =
        audio_.src(id).ip == nat.inner && (to == nat.peer || scope_of(to) == AddressScope::public_);
    const bool enters = to == nat.outer;
    if ((!goes_out && !enters) || stream.packets < kMinMedia || !stream.seen_at(nat.point) ||
        stream.last_ns - stream.first_ns < kJudgeAfterNs)
      continue;
    if (goes_out ? passes(direction_, is_outside) || passes(back_, is_inside)
                 : passes(direction_, is_inside) || passes(back_, is_outside))
      continue;
    if (!comes_out_elsewhere(id)) return swallowed_from(id, BoxProof::By::sip);
  }
  return {};
}

// NATs that SIP proves: one request, with one branch, is seen at one point with two sources (it
// goes out) or with two destinations (it comes in).
std::vector<Points::Nat> Points::nats_of_sip() const {
  std::vector<Nat> nats;
  for (const MessageId id : audio_.messages) {
    const MessageRecord& message = model_.messages[id];
    if (!message.is_request() || !message.txn) continue;
    const TransactionRecord& behind = model_.transactions[message.txn];
    if (behind.request != id || !behind.next_same_branch) continue;
    const TransactionRecord& before = model_.transactions[behind.next_same_branch];
    if (before.call != behind.call || before.cseq != behind.cseq || !before.request) continue;
    if (model_.messages[before.request].point != message.point) continue;
    const auto ip = [&](EndpointId end) { return model_.endpoints[end].ip; };
    const bool goes_out = before.dst == behind.dst && ip(before.src) != ip(behind.src);
    const bool comes_in = before.src == behind.src && ip(before.dst) != ip(behind.dst);
    if (!goes_out && !comes_in) continue;
    const Nat nat = goes_out ? Nat{ip(before.src), ip(behind.src), ip(before.dst), message.point}
                             : Nat{ip(behind.dst), ip(before.dst), ip(before.src), message.point};
    if (is_private_scope(scope_of(nat.inner))) nats.push_back(nat);
  }
  return nats;
}

// Where no addresses change, each packet that passes both points is captured twice under the same
// addresses. `back` is, and the stream of this direction between the same hosts is not.
AudioVerdict Points::captured_once(StreamId back) const {
  StreamId swallowed;
  for (const StreamId id : direction_.streams) {
    if (audio_.src(id).ip != audio_.dst(back).ip || audio_.dst(id).ip != audio_.src(back).ip)
      continue;
    if (model_.streams[id].elsewhere * 10 > model_.streams[id].packets) return {};
    swallowed = id;
  }
  const StreamRecord& twice = model_.streams[back];
  if (!swallowed || !meets(swallowed, twice.elsewhere_from_ns, twice.elsewhere_ns) ||
      comes_out_elsewhere(swallowed))
    return {};
  return swallowed_from(swallowed);
}

// The host that captured is a router: it shows `back` as it comes in and as it goes out. Of this
// direction nothing goes out. A router that encrypts what it sends to the receiver (IPsec) looks
// the same, so something else must have gone out to the receiver in the clear.
AudioVerdict Points::not_forwarded() const {
  const auto is_forwarded = [&](StreamId id) {
    const StreamRecord& stream = model_.streams[id];
    return stream.passed(Way::in) && stream.passed(Way::out) && stream.is_captured_twice();
  };
  for (const StreamId id : direction_.streams) {
    const StreamRecord& stream = model_.streams[id];
    const IpAddress& receiver = audio_.dst(id).ip;
    if (stream.ways != StreamRecord::way_bit(Way::in) || stream.packets < kMinMedia ||
        direction_.reported_frame != 0 || !went_out_to(receiver) || comes_out_elsewhere(id))
      continue;
    const bool back_passes =
        std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId back) {
          return is_forwarded(back) && audio_.src(back).ip == receiver &&
                 audio_.dst(back).ip == audio_.src(id).ip && run_together(id, back);
        });
    if (back_passes) return swallowed_from(id, BoxProof::By::router);
  }
  return {};
}

bool Points::went_out_to(const IpAddress& ip) const {
  const auto& to_host = audio_.media.index().to_host(ip);
  return std::any_of(audio_.messages.begin(), audio_.messages.end(),
                     [&](MessageId id) {
                       const MessageRecord& message = model_.messages[id];
                       return message.went_out && model_.endpoints[message.dst].ip == ip;
                     }) ||
         std::any_of(to_host.begin(), to_host.end(), [&](StreamId id) {
           return model_.streams[id].passed(Way::out) && audio_.dst(id).ip == ip;
         });
}

// The stream runs for kJudgeAfterNs or longer of that time, so that its absence means something.
bool Points::meets(StreamId id, int64_t begin_ns, int64_t end_ns) const {
  const StreamRecord& stream = model_.streams[id];
  return std::min(stream.last_ns, end_ns) - std::max(stream.first_ns, begin_ns) >= kJudgeAfterNs;
}

bool Points::comes_out_elsewhere(StreamId id, bool beyond) const {
  for (const StreamId other : audio_.media.index().with_ssrc(model_.streams[id].ssrc)) {
    if (beyond && audio_.dst(other).ip == audio_.dst(id).ip) continue;
    if (carry_same(model_.streams[id], model_.streams[other]) &&
        audio_.dst(other).ip != audio_.src(id).ip && !has_other_origin(other, id))
      return true;
  }
  return false;
}

// The stream `copy` has another origin than `id`. Numbers alone do not prove a copy: many calls may
// play one recording, and an echo sends back what it gets. So a stream that runs the other way, or
// that another stream explains, is no copy of `id`.
bool Points::has_other_origin(StreamId copy, StreamId id) const {
  if (std::find(back_.streams.begin(), back_.streams.end(), copy) != back_.streams.end())
    return true;
  if (comes_from(copy, id)) return false;
  const auto explains = [&](StreamId origin) { return origin != id && comes_from(copy, origin); };
  if (std::any_of(direction_.streams.begin(), direction_.streams.end(), explains) ||
      std::any_of(back_.streams.begin(), back_.streams.end(), explains))
    return true;
  const StreamBinding& bound = audio_.media.of(copy);
  if (!bound.call) return false;
  const auto& streams = audio_.media.streams_of(bound.call);
  return std::any_of(streams.begin(), streams.end(), [&](StreamId origin) {
    return explains(origin) && audio_.media.of(origin, bound.call).from == bound.from;
  });
}

// One box explains `copy` by `origin`: a NAT has rewritten one end, or a relay has sent it on.
bool Points::comes_from(StreamId copy, StreamId origin) const {
  const StreamRecord& out = model_.streams[copy];
  const StreamRecord& in = model_.streams[origin];
  return carry_same(in, out) && in.first_ns < out.first_ns + kClocksNs &&
         (in.src == out.src || in.dst == out.dst || audio_.dst(origin).ip == audio_.src(copy).ip);
}

StreamId Points::stream_to(const IpAddress& ip) const {
  for (const StreamId id : direction_.streams) {
    if (audio_.dst(id).ip == ip) return id;
  }
  return direction_.streams.front();
}

AudioVerdict Points::never_reaches_other_point() const {
  const StreamId sent = direction_.streams.front();
  for (const StreamId id : back_.streams) {
    const StreamRecord& heard = model_.streams[id];
    if (heard.packets < kMinMedia || heard.elsewhere != 0) continue;
    const bool reached =
        std::any_of(direction_.streams.begin(), direction_.streams.end(),
                    [&](StreamId other) { return model_.streams[other].seen_at(heard.point); });
    if (!reached && run_together(sent, id) &&
        (sees_both_ways(heard.point) || comes_in(heard.point, audio_.dst(sent).ip)))
      return swallowed_from(sent, BoxProof::By::receivers_point);
  }
  return {};
}

// The point sees RTP, of any call, that goes to this host.
bool Points::comes_in(uint8_t point, const IpAddress& ip) const {
  for (const StreamId id : audio_.media.index().to_host(ip)) {
    if (model_.streams[id].seen_at(point) && audio_.dst(id).ip == ip &&
        model_.streams[id].packets >= kMinMedia)
      return true;
  }
  return false;
}

bool Points::passes_receiver(StreamId back, StreamId sent) const {
  for (uint8_t point = 0; point < 32; point++) {
    const bool nearer = model_.streams[back].seen_at(point) && !model_.streams[sent].seen_at(point);
    if (nearer && sees_both_ways(point)) return true;
  }
  return false;
}

bool Points::sees_both_ways(uint8_t point) const {
  std::vector<IpAddress> from, to;
  const auto note = [&](EndpointId src, EndpointId dst) {
    from.push_back(model_.endpoints[src].ip);
    to.push_back(model_.endpoints[dst].ip);
  };
  for (const MessageId id : audio_.messages) {
    const MessageRecord& message = model_.messages[id];
    if (message.point == point) note(message.src, message.dst);
  }
  for (const AudioDirection* direction : {&direction_, &back_}) {
    for (const StreamId id : direction->streams) {
      const StreamRecord& stream = model_.streams[id];
      if (stream.point == point) note(stream.src, stream.dst);
    }
  }
  return std::any_of(from.begin(), from.end(), [&](const IpAddress& ip) {
    return std::find(to.begin(), to.end(), ip) != to.end();
  });
}

AudioVerdict Points::ends_at_other_point() const {
  for (const StreamId id : direction_.last_leg) {
    const Passage passage = passage_of(id);
    const int64_t until = passage.until_ns;
    if (until == 0 || !every_point_goes_on(model_.streams[id].first_ns, until) ||
        !second_side_goes_on(id, passage))
      continue;
    if (direction_.right.within(until, model_.streams[id].last_ns) >= kStoppedAfterNs)
      return swallowed_from(id, BoxProof::By::other_direction, until);
  }
  return {};
}

Points::Passage Points::passage_of(StreamId id) const {
  const StreamRecord& stream = model_.streams[id];
  Passage passage;
  for (const StreamId other : direction_.last_leg) {
    const StreamRecord& behind = model_.streams[other];
    // A NAT rewrites one end only, and behind it the stream is seen a little later.
    const bool same = other != id && behind.ssrc == stream.ssrc &&
                      (behind.dst == stream.dst) != (behind.src == stream.src) &&
                      !take_turns(stream, behind);
    if (same && behind.first_ns > stream.first_ns && behind.first_ns < stream.last_ns &&
        behind.last_ns > passage.until_ns)
      passage = {behind.last_ns, other};
  }
  // Without a NAT in between, the second point sees the stream under the same addresses.
  return passage.behind ? passage : Passage{stream.elsewhere_ns, {}};
}

// A file that was merged from two captures does not tell when each of them ended. Then packets of
// the other side of the box must prove that it was still captured.
bool Points::second_side_goes_on(StreamId id, const Passage& passage) const {
  const StreamRecord& stream = model_.streams[id];
  const int64_t later_ns = passage.until_ns + kStoppedAfterNs;
  if (!passage.behind) {
    return std::popcount(stream.points) > 1 ||
           std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId back) {
             return model_.streams[back].elsewhere_ns >= later_ns;
           });
  }
  const StreamRecord& behind = model_.streams[passage.behind];
  if (!behind.shares_point_with(stream)) return true;
  const IpAddress& box = model_.endpoints[behind.dst == stream.dst ? behind.src : behind.dst].ip;
  const auto is_there = [&](EndpointId src, EndpointId dst, int64_t newest_ns) {
    return newest_ns >= later_ns &&
           (model_.endpoints[src].ip == box || model_.endpoints[dst].ip == box);
  };
  return std::any_of(back_.streams.begin(), back_.streams.end(),
                     [&](StreamId back) {
                       const StreamRecord& one = model_.streams[back];
                       return is_there(one.src, one.dst, one.last_ns);
                     }) ||
         std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId message) {
           const MessageRecord& one = model_.messages[message];
           return is_there(one.src, one.dst, one.time_ns);
         });
}

// Every capture point that covers `begin_ns` goes on capturing for a while after `time_ns`.
bool Points::every_point_goes_on(int64_t begin_ns, int64_t time_ns) const {
  return std::all_of(model_.sources.begin(), model_.sources.end(), [&](const SourceCounters& one) {
    return !model_.coverage.covers(one.point, begin_ns) ||
           model_.coverage.until(one.point, begin_ns) >= time_ns + kStoppedAfterNs;
  });
}

}  // namespace sipladder
