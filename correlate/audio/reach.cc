#include "correlate/audio/reach.h"

#include <algorithm>

#include "correlate/audio/nat_reach.h"

namespace sipladder {
namespace {

// Guess: two private addresses whose first 16 bits are the same are taken as one network. The
// packets do not show netmasks.
bool same_network(const IpAddress& a, const IpAddress& b) {
  return a.family == b.family && a.bytes[0] == b.bytes[0] && a.bytes[1] == b.bytes[1];
}

}  // namespace

AudioVerdict Reach::fault_of(StreamId id) const {
  const Endpoint& to = audio_.dst(id);
  if (AudioVerdict moved = fault_of_move(id)) return moved;
  if (sends_from(to, id)) return {};
  if (is_private_scope(scope_of(to.ip))) {
    if (is_source_at_points_of(id, to.ip)) return {};
    const auto proof = out_of_reach(id);
    // Without the receiver's SDP and its audio nobody can tell whether the private address is that
    // of a host right here.
    if (!proof || (!proof->named_in && !public_stream())) return {};
    return {AudioFault::private_address, 0, id, *proof};
  }
  if (!advertised(to)) {
    if (const StreamId party = outnumbering(to))
      return {AudioFault::wrong_destination, 0, id, SourceProof{party}};
    if (strayed(to)) return {AudioFault::wrong_destination, 0, id};
  }
  if (is_relay_of_both(id)) return {};
  const StreamId heard = advertised(to) ? heard_elsewhere(to) : heard_beside_unmapped(to);
  return heard ? AudioVerdict{AudioFault::not_latched, 0, id, SourceProof{heard}} : AudioVerdict{};
}

// The receiver has moved, and the stream has not followed. With ICE each side may send on any pair
// that its checks keep open, the old ones included (RFC 8445 12.1, RFC 7675).
AudioVerdict Reach::fault_of_move(StreamId id) const {
  if (audio_.facts.negotiation.both_use_ice()) return {};
  if (const auto moved_ns = left_behind_since(id)) {
    if (*moved_ns - direction_.agreed_from < kJudgeAfterNs)
      return {AudioFault::wrong_destination, 0, id};
    return {AudioFault::left_behind, *moved_ns, id};
  }
  if (const auto moved = abandoned_since(id))
    return {AudioFault::not_latched, moved->since_ns, id, SourceProof{moved->to}};
  return {};
}

// The newest SDP of the receiver that names this endpoint.
MessageId Reach::named_in(const Endpoint& endpoint) const {
  const auto& audio_sdps = audio_.facts.negotiation.audio_sdps;
  const auto found =
      std::find_if(audio_sdps.rbegin(), audio_sdps.rend(), [&](const AudioSdp& audio_sdp) {
        return audio_sdp.author == receiver() && names(audio_sdp, endpoint);
      });
  return found == audio_sdps.rend() ? MessageId{} : found->message;
}

// The destination host of the stream is a relay: both parties send to it.
bool Reach::is_relay_of_both(StreamId id) const {
  return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId other) {
    return audio_.dst(other).ip == audio_.dst(id).ip && audio_.src(other).ip != audio_.src(id).ip;
  });
}

// The receiver's own RTP comes from there, so packets sent there arrive (symmetric RTP, RFC 4961).
// A private address must send at a capture point of stream `at`: the other side of a NAT may use
// the same private addresses.
bool Reach::sends_from(const Endpoint& endpoint, StreamId at) const {
  const bool everywhere = !is_private_scope(scope_of(endpoint.ip));
  return std::any_of(
             back_.streams.begin(), back_.streams.end(),
             [&](StreamId id) {
               return audio_.src(id) == endpoint &&
                      (everywhere || model_.streams[id].shares_point_with(model_.streams[at]));
             }) &&
         (advertised(endpoint) || !outnumbering(endpoint));
}
// A stream of the receiver that makes `endpoint` a wrong source: a few packets came from there, and
// far more and later ones come from another host. A sender that latched on the first source has the
// wrong one.
StreamId Reach::outnumbering(const Endpoint& endpoint) const {
  for (const StreamId few : back_.streams) {
    const StreamRecord& stray = model_.streams[few];
    if (audio_.src(few) != endpoint) continue;
    for (const StreamId most : back_.streams) {
      const StreamRecord& party = model_.streams[most];
      if (audio_.dst(most) == audio_.dst(few) && audio_.src(most).ip != endpoint.ip &&
          party.ssrc != stray.ssrc && party.packets >= kOutnumbered * stray.packets &&
          party.last_ns > stray.last_ns + kGraceNs) {
        return most;
      }
    }
  }
  return {};
}

// The receiver's newest SDP has moved, and so has its own RTP, but this stream still goes to the
// old address. The time of that SDP, else nullopt.
std::optional<int64_t> Reach::left_behind_since(StreamId id) const {
  const AudioSdp* newest = audio_.facts.negotiation.newest(receiver());
  if (newest == nullptr || !newest->usable || !newest->address) return std::nullopt;
  const Endpoint& to = audio_.dst(id);
  const int64_t moved_ns = newest->time_ns;
  if (*newest->address == to || !advertised(to)) return std::nullopt;
  if (names_in_same_offer(*newest, to)) return std::nullopt;
  if (model_.streams[id].last_ns < moved_ns + kGraceNs) return std::nullopt;
  bool sends_from_there = false;
  for (const StreamId heard : back_.streams) {
    const StreamRecord& stream = model_.streams[heard];
    if (audio_.src(heard) == to && stream.last_ns > moved_ns + kGraceNs) return std::nullopt;
    const bool there = audio_.src(heard) == *newest->address && stream.packets >= kMinMedia;
    sends_from_there = sends_from_there || there;
  }
  const bool followed =
      std::any_of(direction_.streams.begin(), direction_.streams.end(),
                  [&](StreamId other) { return audio_.dst(other) == *newest->address; });
  if (!sends_from_there || followed) return std::nullopt;
  return moved_ns;
}
// The newest SDP, as another hop shows it after a relay has rewritten it, names the endpoint.
bool Reach::names_in_same_offer(const AudioSdp& newest, const Endpoint& endpoint) const {
  const MessageRecord& now = model_.messages[newest.message];
  return std::any_of(audio_.facts.negotiation.audio_sdps.begin(),
                     audio_.facts.negotiation.audio_sdps.end(), [&](const AudioSdp& audio_sdp) {
                       const MessageRecord& other = model_.messages[audio_sdp.message];
                       return audio_sdp.author == newest.author && names(audio_sdp, endpoint) &&
                              other.is_in_exchange_of(now);
                     });
}

// The receiver's RTP came from where this stream goes, and goes on from elsewhere: a NAT gave it
// another address or port in mid-call, and no stream has followed.
std::optional<Reach::Moved> Reach::abandoned_since(StreamId id) const {
  const StreamRecord& stream = model_.streams[id];
  for (const StreamId before : back_.streams) {
    const StreamRecord& old = model_.streams[before];
    if (audio_.src(before) != audio_.dst(id) || stream.last_ns < old.last_ns + kGraceNs) continue;
    for (const StreamId after : back_.streams) {
      const StreamRecord& now = model_.streams[after];
      const bool goes_on = now.ssrc == old.ssrc && now.dst == old.dst && now.src != old.src &&
                           now.first_ns > old.last_ns - kOverlapNs &&
                           now.last_ns > old.last_ns + kGraceNs;
      if (!goes_on || receives(audio_.src(after))) continue;
      return Moved{old.last_ns, after};
    }
  }
  return std::nullopt;
}
bool Reach::receives(const Endpoint& endpoint) const {
  return std::any_of(direction_.streams.begin(), direction_.streams.end(),
                     [&](StreamId id) { return audio_.dst(id) == endpoint; });
}

// A capture point that sees the stream also sees media or SIP of this call from the address.
bool Reach::is_source_at_points_of(StreamId stream, const IpAddress& ip) const {
  for (const StreamId id : back_.streams) {
    if (audio_.src(id).ip == ip && model_.streams[id].shares_point_with(model_.streams[stream]))
      return true;
  }
  return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
    const MessageRecord& message = model_.messages[id];
    return model_.streams[stream].seen_at(message.point) && model_.endpoints[message.src].ip == ip;
  });
}

// A stream of the receiver from a public address that is no relay; none when there is none.
StreamId Reach::public_stream() const {
  for (const StreamId heard : back_.streams) {
    if (scope_of(audio_.src(heard).ip) == AddressScope::public_ &&
        !audio_.sends(direction_, audio_.src(heard).ip))
      return heard;
  }
  return {};
}

// Media of the receiver or SIP of this call comes from the address.
bool Reach::seen_as_source(const IpAddress& ip) const {
  for (const StreamId id : back_.streams) {
    if (audio_.src(id).ip == ip) return true;
  }
  return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
    return model_.endpoints[model_.messages[id].src].ip == ip;
  });
}

// The stream goes to a private address that it cannot reach: its sender is in a public network, or
// the receiver is in another network than that address seems to be.
std::optional<PrivateProof> Reach::out_of_reach(StreamId id) const {
  const MessageId named = named_in(audio_.dst(id));
  if (scope_of(audio_.src(id).ip) == AddressScope::public_) return PrivateProof{named, {}};
  if (same_network(audio_.src(id).ip, audio_.dst(id).ip)) return std::nullopt;
  if (const StreamId heard = public_stream()) return PrivateProof{named, heard};
  if (!has_public_source(audio_, receiver(), audio_.dst(id).ip) && !leaves_network(id))
    return std::nullopt;
  return PrivateProof{named, {}};
}

// The stream goes to another private network than the sender's. No stream of the receiver is seen
// at its capture point, and the call was set up through a public network.
bool Reach::leaves_network(StreamId id) const {
  if (same_network(audio_.src(id).ip, audio_.dst(id).ip)) return false;
  for (const StreamId heard : back_.streams) {
    if (model_.streams[heard].shares_point_with(model_.streams[id])) return false;
  }
  return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId message) {
    return scope_of(model_.endpoints[model_.messages[message].src].ip) == AddressScope::public_;
  });
}

// Nothing comes, because the sender sends to the private address in the receiver's SDP. The
// sender's SDP must name its own host and no relay, and the receiver's packets must show another
// address.
std::optional<PrivateProof> Reach::private_proof() const {
  const AudioSdp* named = audio_.facts.negotiation.newest(receiver());
  const AudioSdp* sender = audio_.facts.negotiation.newest(direction_.from);
  if (named == nullptr || sender == nullptr || !named->address || !sender->address)
    return std::nullopt;
  if (!is_private_scope(scope_of(named->address->ip)) || named->ice) return std::nullopt;
  if (same_network(sender->address->ip, named->address->ip)) return std::nullopt;
  if (contact_host(audio_, *sender) != sender->address->ip) return std::nullopt;
  for (const StreamId heard : back_.streams) {
    if (scope_of(audio_.src(heard).ip) == AddressScope::public_)
      return PrivateProof{named->message, heard};
  }
  const bool elsewhere = talks_to_public(audio_, named->address->ip) ||
                         has_public_source(audio_, receiver(), named->address->ip);
  return elsewhere ? std::optional(PrivateProof{named->message, {}}) : std::nullopt;
}

bool Reach::advertised(const Endpoint& endpoint) const {
  for (const AudioSdp& audio_sdp : audio_.facts.negotiation.audio_sdps) {
    if (audio_sdp.author == receiver() && names(audio_sdp, endpoint)) return true;
  }
  return false;
}

// The destination is named in no SDP, although the receiver named another one and ICE is not used.
bool Reach::strayed(const Endpoint& to) const {
  // An offer whose answer is not here names it.
  const std::vector<CallId> calls = audio_.media.calls_naming(to);
  if (std::find(calls.begin(), calls.end(), audio_.call()) != calls.end()) return false;
  bool named = false;
  for (const AudioSdp& audio_sdp : audio_.facts.negotiation.audio_sdps) {
    if (audio_sdp.ice) return false;
    if (!audio_sdp.address) return false;  // a host name can be anything
    if (audio_sdp.address == to) return false;
    if (audio_sdp.author == receiver() && audio_sdp.usable) named = true;
  }
  if (!seen_as_source(to.ip)) return named && !gets_signalling(to.ip);
  return named && (is_other_port(to) || is_beside_named(to));
}
// The receiver sends from the host that it has named, and the audio goes beside it: to another host
// that takes part in the call (its proxy, its signalling address). No media comes from there, and
// no RTCP says that the audio arrives. The receiver's NAT is not such a host: only a relay that has
// got media from there knows a port of it.
bool Reach::is_beside_named(const Endpoint& to) const {
  const auto comes_from_there = [&](StreamId id) { return audio_.src(id).ip == to.ip; };
  const auto& sent = direction_.streams;
  const auto& back = back_.streams;
  if (std::any_of(sent.begin(), sent.end(), comes_from_there) ||
      std::any_of(back.begin(), back.end(), comes_from_there) || !receives_nothing_there(to) ||
      sends_private_sdp(to.ip))
    return false;
  const bool some_arrives = std::any_of(sent.begin(), sent.end(),
                                        [&](StreamId id) { return advertised(audio_.dst(id)); });
  return !some_arrives && std::any_of(back.begin(), back.end(), [&](StreamId id) {
    return model_.streams[id].packets >= kMinMedia && audio_.src(id).ip != to.ip &&
           advertised(audio_.src(id));
  });
}
// An SDP of the receiver that names a private address comes from this public host: its NAT.
bool Reach::sends_private_sdp(const IpAddress& ip) const {
  const auto& audio_sdps = audio_.facts.negotiation.audio_sdps;
  return is_public(ip) &&
         std::any_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& audio_sdp) {
           return audio_sdp.author == receiver() && audio_sdp.address &&
                  is_private_scope(scope_of(audio_sdp.address->ip)) &&
                  model_.endpoints[model_.messages[audio_sdp.message].src].ip == ip;
         });
}
// SIP of the call goes to this host. If it is never seen sending, the capture lacks its SDP.
bool Reach::gets_signalling(const IpAddress& ip) const {
  return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
    return model_.endpoints[model_.messages[id].dst].ip == ip;
  });
}
// The receiver sends from the port that it named, and the audio goes to another of its ports.
bool Reach::is_other_port(const Endpoint& to) const {
  return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId id) {
    return model_.streams[id].packets >= kMinMedia && audio_.src(id).ip == to.ip &&
           audio_.src(id).port != to.port && advertised(audio_.src(id));
  });
}

// The audio goes to the receiver's NAT, at the port of the receiver's private SDP, and the
// receiver's RTP comes from another port of that NAT. A NAT that gives ports of its own drops this.
// A NAT that keeps ports, or forwards this one, lets it in and is no fault.
StreamId Reach::heard_beside_unmapped(const Endpoint& to) const {
  const auto& audio_sdps = audio_.facts.negotiation.audio_sdps;
  if (std::any_of(audio_sdps.begin(), audio_sdps.end(), [](const AudioSdp& s) { return s.ice; }) ||
      !receives_nothing_there(to))
    return {};
  const bool named_inside =
      std::any_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& audio_sdp) {
        return audio_sdp.author == receiver() && audio_sdp.address &&
               audio_sdp.address->port == to.port &&
               is_private_scope(scope_of(audio_sdp.address->ip));
      });
  if (!named_inside || scope_of(to.ip) != AddressScope::public_) return {};
  for (const StreamId id : back_.streams) {
    if (is_from_pool(id, to)) {
      return id;
    }
    const bool other_port = audio_.src(id).ip == to.ip && audio_.src(id).port != to.port;
    if (!other_port || model_.streams[id].packets < kMinMedia || is_relay_source(id)) continue;
    if (!changes_ports(audio_, receiver(), to.ip)) return {};
    return id;
  }
  return {};
}
// A stream of a receiver behind a NAT that comes from another public endpoint than `to`, which its
// SDP names; none when RTCP says that the audio arrives at `to`.
StreamId Reach::heard_elsewhere(const Endpoint& to) const {
  if (!receives_nothing_there(to)) return {};
  for (const StreamId id : back_.streams) {
    if (model_.streams[id].packets < kMinMedia || audio_.sends(direction_, audio_.src(id).ip))
      continue;
    if (is_relay_source(id) || audio_.is_relayed_address(to, id) ||
        scope_of(audio_.src(id).ip) != AddressScope::public_)
      continue;
    const bool same_host = audio_.src(id).ip == to.ip;
    const bool elsewhere = same_host || !seen_as_source(to.ip) || is_from_pool(id, to);
    if (elsewhere && is_behind_nat(audio_, receiver())) {
      return id;
    }
  }
  return {};
}
// The receiver's NAT has several public addresses. Its SIP comes from `to`; its RTP (`heard`) comes
// from another address that no SDP names, that sends no SIP and to which nothing is sent.
bool Reach::is_from_pool(StreamId heard, const Endpoint& to) const {
  const IpAddress& from = audio_.src(heard).ip;
  if (from == to.ip || scope_of(from) != AddressScope::public_ || is_relay_source(heard) ||
      model_.streams[heard].packets < kMinMedia || audio_.sends(direction_, from))
    return false;
  const auto& audio_sdps = audio_.facts.negotiation.audio_sdps;
  const bool named =
      std::any_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& audio_sdp) {
        return audio_sdp.address && audio_sdp.address->ip == from;
      });
  const bool heard_there = std::any_of(back_.streams.begin(), back_.streams.end(),
                                       [&](StreamId id) { return audio_.src(id).ip == to.ip; });
  const bool signals = std::any_of(
      audio_.messages.begin(), audio_.messages.end(),
      [&](MessageId id) { return model_.endpoints[model_.messages[id].src].ip == from; });
  return !named && !heard_there && !signals && is_nat_of(audio_, receiver(), to.ip);
}

// No RTCP report says that a stream to this endpoint arrives.
bool Reach::receives_nothing_there(const Endpoint& to) const {
  for (const StreamId id : direction_.last_leg) {
    const StreamRecord& stream = model_.streams[id];
    if (audio_.dst(id) == to && stream.has_rtcp && stream.remote_fraction_lost < kNothingCame)
      return false;
  }
  return true;
}
bool Reach::is_relay_source(StreamId id) const {
  return std::any_of(back_.streams.begin(), back_.streams.end(),
                     [&](StreamId other) { return audio_.dst(other).ip == audio_.src(id).ip; });
}

}  // namespace sipladder
