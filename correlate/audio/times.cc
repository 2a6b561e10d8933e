#include "correlate/audio/times.h"

#include "correlate/audio/icmp.h"
#include "correlate/audio/unseen_request.h"
#include "correlate/model/hash.h"

namespace sipladder {
namespace {

class Times {
 public:
  Times(const AudioCase& audio, const Reach& reach, const AudioDirection& direction,
        const AudioDirection& back)
      : model_(audio.model), audio_(audio), reach_(reach), direction_(direction), back_(back) {}

  AudioVerdict run() {
    const int64_t talk = direction_.agreed_until - direction_.agreed_from;
    const int64_t missed = direction_.right.within(direction_.last_ns, signalled_until());
    const bool stops = missed >= (ends_at_once() ? kMissedNs : kStoppedAfterNs) ||
                       (missed >= kStoppedShortNs && missed * 3 >= talk && !transfers());
    const bool silent = may_suppress_silence() && !ends_at_once();
    if (stops && !silent && watched_for(missed) &&
        !suppresses_silence(model_.streams[direction_.last_leg.back()], missed)) {
      const bool both_short = is_handful(direction_) && is_handful(back_);
      return both_short || has_moved_away() ? AudioVerdict{} : stopped();
    }
    if (direction_.late_ns() > std::min(kLateAfterNs, talk / 2) &&
        !model_.streams[direction_.last_leg.front()].pauses_in_silence()) {
      return {AudioFault::late, 0, direction_.last_leg.front()};
    }
    return {};
  }

 private:
  // The capture point went on long enough after the last packet of the direction. Else the end of
  // the capture explains the silence.
  bool watched_for(int64_t missed_ns) const {
    const uint8_t point = model_.streams[direction_.last_leg.back()].point;
    const int64_t enough = std::min(missed_ns, ends_at_once() ? kMissedNs : kStoppedAfterNs);
    return model_.coverage.until(point, direction_.last_ns) - direction_.last_ns >= enough;
  }
  // Until when the capture shows SIP of the call, as far as a finished capture can tell: a BYE, or
  // the SDP that moves the media, may have come later.
  int64_t signalled_until() const {
    if (!model_.finished || model_.calls[audio_.call()].bye_ns != 0) return direction_.agreed_until;
    int64_t until_ns = 0;
    for (const MessageId id : audio_.messages) {
      const MessageRecord& message = model_.messages[id];
      until_ns = std::max(until_ns, model_.coverage.until(message.point, message.time_ns));
    }
    return std::min(until_ns, direction_.agreed_until);
  }

  Party receiver() const { return opposite(direction_.from); }

  // A party's newest SDP moved its media to a host that no stream of the call shows, and the party
  // does not send from the old one any more. Then its media does not pass this point.
  bool has_moved_away() const {
    for (const Party party : {Party::caller, Party::callee}) {
      const AudioSdp* newest = newest_before_end(party);
      if (newest == nullptr || !newest->address || newest->time_ns < direction_.first_ns) continue;
      const IpAddress& ip = newest->address->ip;
      const bool same = named_at(party, ip, direction_.first_ns);
      const bool seen =
          shows_after(direction_, ip, newest->time_ns) || shows_after(back_, ip, newest->time_ns);
      if (!same && !seen && !still_sends(party, newest->time_ns)) return true;
    }
    return false;
  }
  // What a party says long after the last packet does not explain why it was the last.
  const AudioSdp* newest_before_end(Party party) const {
    const auto& audio_sdps = audio_.facts.negotiation.audio_sdps;
    const auto found =
        std::find_if(audio_sdps.rbegin(), audio_sdps.rend(), [&](const AudioSdp& audio_sdp) {
          return audio_sdp.author == party && audio_sdp.time_ns < direction_.last_ns + kGraceNs;
        });
    return found == audio_sdps.rend() ? nullptr : &*found;
  }
  // The exchange of SDP that was in force at this time names the host for the party, on some hop.
  // An older one does not count: a PBX moves the media away, back, and away again.
  bool named_at(Party party, const IpAddress& ip, int64_t time_ns) const {
    const auto& audio_sdps = audio_.facts.negotiation.audio_sdps;
    const auto in_force =
        std::find_if(audio_sdps.rbegin(), audio_sdps.rend(), [&](const AudioSdp& audio_sdp) {
          return audio_sdp.author == party && audio_sdp.time_ns < time_ns && audio_sdp.address;
        });
    if (in_force == audio_sdps.rend()) return false;
    const MessageRecord& then = model_.messages[in_force->message];
    return std::any_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& audio_sdp) {
      return audio_sdp.author == party && audio_sdp.address && audio_sdp.address->ip == ip &&
             audio_sdp.time_ns < time_ns &&
             model_.messages[audio_sdp.message].is_in_exchange_of(then);
    });
  }
  // A stream from or to the host goes on for a while after the move. One that ends with it is
  // perhaps of the other leg of a B2BUA, which moves too.
  bool shows_after(const AudioDirection& own, const IpAddress& ip, int64_t moved_ns) const {
    return std::any_of(own.streams.begin(), own.streams.end(), [&](StreamId id) {
      return (audio_.src(id).ip == ip || audio_.dst(id).ip == ip) &&
             model_.streams[id].last_ns >= moved_ns + kHandfulNs;
    });
  }
  bool still_sends(Party party, int64_t moved_ns) const {
    const AudioDirection& own = party == direction_.from ? direction_ : back_;
    return std::any_of(own.streams.begin(), own.streams.end(), [&](StreamId id) {
      return model_.streams[id].last_ns >= moved_ns + kMissedNs;
    });
  }

  // The sender's SDP says so (a=silenceSupp), or both parties list comfort noise or a codec that
  // pauses. Comfort noise goes with codecs of its own clock (RFC 3389 4), and no silence falls on
  // both parties at one moment.
  bool may_suppress_silence() const {
    const AudioSdp* sender = audio_.facts.negotiation.newest(direction_.from);
    const AudioSdp* other = audio_.facts.negotiation.newest(receiver());
    if (sender == nullptr) return false;
    if (sender->silence_suppressed) return true;
    if (other == nullptr) return false;
    if (sender->pauses && (other->pauses || other->comfort_clocks != 0)) return true;
    const StreamId last = direction_.last_leg.back();
    const uint32_t clock_hz = clock_of(audio_.media.of(last), model_.streams[last]);
    const uint8_t both = sender->comfort_clocks & other->comfort_clocks;
    const bool has_clock = clock_hz == 0 ? both != 0 : (both & clock_bit(clock_hz)) != 0;
    return has_clock && !stops_with_other();
  }
  bool stops_with_other() const {
    constexpr int64_t kAtOnceNs = 100'000'000;
    return !back_.last_leg.empty() && std::abs(back_.last_ns - direction_.last_ns) < kAtOnceNs;
  }

  // The stream has comfort noise (RFC 3389; type 13, formerly 19), ends with a packet as small as a
  // silence descriptor, or pauses all along.
  bool suppresses_silence(const StreamRecord& stream, int64_t missed_ns) const {
    const bool comfort_noise = (stream.payload_types[0] & (1U << 13 | 1U << 19)) != 0;
    const bool descriptor = uint64_t{stream.newest_bytes} * 3 * stream.packets < stream.bytes;
    return comfort_noise || descriptor ||
           (stream.pauses_in_silence() && missed_ns < kLongestListeningNs);
  }

  // The direction ends after a handful of packets, and the other one goes on.
  bool ends_at_once() const {
    return is_handful(direction_) && back_.last_ns - direction_.last_ns >= kMissedNs;
  }
  // The sender hands the call over by REFER, and then has nothing more to say in it.
  bool transfers() const {
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      const MessageRecord& message = model_.messages[id];
      return message.method == Method::refer && message.is_request() &&
             message.from_caller == (direction_.from == Party::caller);
    });
  }
  bool shows_requests() const {
    return std::any_of(audio_.messages.begin(), audio_.messages.end(),
                       [&](MessageId id) { return model_.messages[id].is_request(); });
  }
  // Fax takes the place of voice on the same ports (T.38), in either direction: the re-INVITE that
  // asked for it is not here.
  bool becomes_fax() const {
    const auto is_after = [&](const Endpoint& src, const Endpoint& dst) {
      const auto fax = model_.fax_until_ns.find(pair_key(src, dst));
      return fax != model_.fax_until_ns.end() && fax->second > direction_.last_ns;
    };
    return std::any_of(direction_.last_leg.begin(), direction_.last_leg.end(), [&](StreamId id) {
      const Endpoint& src = audio_.src(id);
      const Endpoint& dst = audio_.dst(id);
      return is_after(src, dst) || is_after(dst, src);
    });
  }
  AudioVerdict stopped() {
    const StreamId last = direction_.last_leg.back();
    // A re-INVITE that is not here may have stopped it.
    if (!shows_requests() || becomes_fax() ||
        skips_request_at(model_, model_.calls[audio_.call()], direction_.last_ns))
      return {};
    // By RTCP the receiver got packets after the last one that passed here.
    if (model_.streams[last].ahead_ns - direction_.last_ns >= kMissedNs) return {};
    const AudioSdp* newest = audio_.facts.negotiation.newest(receiver());
    const bool moved = newest != nullptr && newest->time_ns > direction_.first_ns;
    if (moved && still_sends(receiver(), newest->time_ns)) {
      if (const auto proof = reach_.private_proof())
        return {AudioFault::private_address, direction_.last_ns, {}, *proof};
    }
    // ICMP rejects the stream on its way to a relay: the relay is gone and sends nothing on.
    for (const StreamId id : direction_.streams) {
      AudioVerdict rejected = rejected_by_icmp(audio_, id);
      if (!rejected) continue;
      rejected.lost_from_ns = direction_.last_ns;
      return rejected;
    }
    return {AudioFault::stopped, direction_.last_ns, last};
  }

  const Model& model_;
  const AudioCase& audio_;
  const Reach& reach_;
  const AudioDirection& direction_;
  const AudioDirection& back_;
};

}  // namespace

AudioVerdict late_or_stopped(const AudioCase& audio, const Reach& reach,
                             const AudioDirection& direction, const AudioDirection& back) {
  return Times(audio, reach, direction, back).run();
}

}  // namespace sipladder
