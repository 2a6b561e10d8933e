#include "correlate/audio_judge.h"

#include <algorithm>

namespace sipladder {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kJudgeAfter = 2 * kSecond;  // a shorter agreed talk is not judged
constexpr int64_t kStoppedAfter = 5 * kSecond;
constexpr int64_t kLateAfter = 5 * kSecond;
constexpr uint32_t kMinIcmpErrors = 3;
constexpr uint32_t kMinMedia = 10;  // packets that prove that the capture sees media of this call
constexpr uint32_t kSilentShare = 90;  // per cent of the talk

bool is_private_scope(AddressScope scope) {
  return scope == AddressScope::private_ || scope == AddressScope::cgnat ||
         scope == AddressScope::link_local || scope == AddressScope::loopback;
}

// As near as two private addresses can be judged: the first 16 bits.
bool same_network(const IpAddress& a, const IpAddress& b) {
  return a.family == b.family && a.bytes[0] == b.bytes[0] && a.bytes[1] == b.bytes[1];
}

class Judge {
 public:
  Judge(const AudioCase& audio, AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model), audio_(audio), direction_(direction), back_(back) {}

  void run() {
    if (direction_.agreed_ns < kJudgeAfter) return;
    if (is_missing()) {
      return set(is_sent_to_private() ? AudioFault::private_address : AudioFault::no_rtp, {});
    }
    if (direction_.streams.empty()) return;
    if (judge_destination()) return;
    if (judge_box()) return;
    if (judge_icmp()) return;
    if (judge_codec()) return;
    if (judge_silence()) return;
    judge_times();
  }

 private:
  const Endpoint& src(StreamId id) const { return model_.endpoints[model_.streams[id].src]; }
  const Endpoint& dst(StreamId id) const { return model_.endpoints[model_.streams[id].dst]; }
  Party receiver() const { return opposite(direction_.from); }

  void set(AudioFault fault, StreamId culprit) {
    direction_.fault = fault;
    direction_.culprit = culprit;
  }

  // The other direction is in the capture. A relay that gets this one, and sends the other one on,
  // but does not send this one on to where the other one comes from, loses it.
  bool is_missing() {
    if (direction_.streams.empty()) return back_.packets >= kMinMedia;
    for (const StreamId in : back_.streams) {
      if (model_.streams[in].packets < kMinMedia) continue;
      const IpAddress& relay = dst(in).ip;
      if (sends(back_, relay) && receives(direction_, relay) && !is_answered(in)) {
        direction_.silent_relay = model_.streams[in].dst;
        return true;
      }
    }
    return false;
  }
  // Something comes back to where the stream comes from, on whichever side of a NAT it is seen.
  bool is_answered(StreamId in) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId id) {
      const bool same = model_.streams[id].ssrc == model_.streams[in].ssrc && dst(id) == dst(in);
      return same && (receives(direction_, src(id).ip) || receives(back_, src(id).ip));
    });
  }
  bool sends(const AudioDirection& direction, const IpAddress& ip) const {
    return std::any_of(direction.streams.begin(), direction.streams.end(),
                       [&](StreamId id) { return src(id).ip == ip; });
  }
  // More than a first packet that a relay sent before it knew better.
  bool receives(const AudioDirection& direction, const IpAddress& ip) const {
    return std::any_of(direction.streams.begin(), direction.streams.end(), [&](StreamId id) {
      return dst(id).ip == ip && model_.streams[id].packets >= kMinMedia;
    });
  }

  // Two capture points, either side of a NAT or firewall: the other direction is seen at both, this
  // one only where it goes in.
  bool judge_box() {
    for (const StreamId id : back_.streams) {
      const StreamRecord& outside = model_.streams[id];
      if (outside.packets < kMinMedia) continue;
      if (outside.elsewhere * 2 > outside.packets && judge_firewall()) return true;
      for (const StreamId other : back_.streams) {
        const bool same_stream = other != id && model_.streams[other].ssrc == outside.ssrc &&
                                 dst(other) == dst(id) && src(other).ip != src(id).ip;
        // The NAT sends on what it got: the inside is seen first.
        if (!same_stream || model_.streams[other].first_ns > outside.first_ns) continue;
        if (receives(direction_, src(id).ip) && !receives(direction_, src(other).ip)) {
          set(AudioFault::firewall, stream_to(src(id).ip));
          return true;
        }
      }
    }
    return false;
  }
  // No addresses change: each packet that passes is captured twice.
  bool judge_firewall() {
    for (const StreamId id : direction_.streams) {
      if (model_.streams[id].elsewhere * 10 > model_.streams[id].packets) return false;
    }
    set(AudioFault::firewall, direction_.streams.front());
    return true;
  }
  StreamId stream_to(const IpAddress& ip) const {
    for (const StreamId id : direction_.streams) {
      if (dst(id).ip == ip) return id;
    }
    return direction_.streams.front();
  }

  bool judge_icmp() {
    for (const StreamId id : direction_.last_leg) {
      std::vector<uint32_t> frames;
      int64_t last = 0;
      uint16_t source = 0;
      for (const IcmpErrorRecord& error : model_.icmp_errors) {
        if (error.src != model_.streams[id].src || error.dst != model_.streams[id].dst) continue;
        if (error.time_ns < audio_.facts.answer_ns || error.time_ns > audio_.facts.end_ns) continue;
        // A second capture shows the same errors again.
        if (!frames.empty() && error.source != source) continue;
        source = error.source;
        frames.push_back(error.frame);
        last = std::max(last, error.time_ns);
      }
      // A few at start-up mean a socket not yet open; errors limited to one a second still run to
      // the end.
      const int64_t end = std::min(audio_.facts.end_ns, model_.streams[id].last_ns);
      const bool persistent =
          end - last < 2 * kSecond || frames.size() * 2 >= model_.streams[id].packets;
      if (frames.size() < kMinIcmpErrors || !persistent) continue;
      set(AudioFault::icmp_unreachable, id);
      direction_.icmp_frames = std::move(frames);
      return true;
    }
    return false;
  }

  // ---- could it arrive where it was sent?

  bool judge_destination() {
    AudioFault worst = AudioFault::none;
    StreamId culprit;
    for (const StreamId id : direction_.last_leg) {
      const AudioFault fault = destination_fault(id);
      if (fault == AudioFault::none) return false;  // one copy that arrives is enough
      worst = fault;
      culprit = id;
    }
    if (worst == AudioFault::none) return false;
    set(worst, culprit);
    return true;
  }

  AudioFault destination_fault(StreamId id) {
    const Endpoint& to = dst(id);
    const uint16_t source = model_.streams[id].source;
    if (sends_from(to, source)) return AudioFault::none;
    if (is_private_scope(scope_of(to.ip))) {
      return is_seen_at(to.ip, source) || !cannot_reach(id) ? AudioFault::none
                                                            : AudioFault::private_address;
    }
    if (!advertised(to)) return strayed(to) ? AudioFault::wrong_destination : AudioFault::none;
    return is_elsewhere(to) ? AudioFault::not_latched : AudioFault::none;
  }

  // The receiver's own RTP comes from there: latched, or symmetric. At the same capture point: the
  // other side of a NAT has networks of its own.
  bool sends_from(const Endpoint& endpoint, uint16_t source) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId id) {
      return src(id) == endpoint && model_.streams[id].source == source;
    });
  }
  bool is_seen_at(const IpAddress& ip, uint16_t source) const {
    for (const StreamId id : back_.streams) {
      if (src(id).ip == ip && model_.streams[id].source == source) return true;
    }
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      const MessageRecord& message = model_.messages[id];
      return message.source == source && model_.endpoints[message.src].ip == ip;
    });
  }

  // Anything of this call that comes from the address proves that it lives in the networks seen.
  bool seen_as_source(const IpAddress& ip) const {
    for (const StreamId id : back_.streams) {
      if (src(id).ip == ip) return true;
    }
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      return model_.endpoints[model_.messages[id].src].ip == ip;
    });
  }

  // Private address: the sender is in a public network, or the receiver's packets come from one.
  bool cannot_reach(StreamId id) {
    if (scope_of(src(id).ip) == AddressScope::public_) return true;
    if (same_network(src(id).ip, dst(id).ip)) return false;
    for (const StreamId heard : back_.streams) {
      if (scope_of(src(heard).ip) != AddressScope::public_ || relayed_by_sender(heard)) continue;
      direction_.heard_from = heard;
      return true;
    }
    return has_public_source(dst(id).ip) || leaves_network(id);
  }

  // Towards another private network than the sender's, nothing of which is seen here, in a call
  // that was set up through a public one.
  bool leaves_network(StreamId id) const {
    if (!back_.streams.empty() || same_network(src(id).ip, dst(id).ip)) return false;
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId message) {
      return scope_of(model_.endpoints[model_.messages[message].src].ip) == AddressScope::public_;
    });
  }

  // Nothing comes, because it is sent to the private address that the receiver has named: the
  // sender names its own host and no relay, and the receiver's packets show another address.
  bool is_sent_to_private() {
    if (!direction_.streams.empty()) return false;
    const SdpStand* deaf = audio_.facts.negotiation.newest(receiver());
    const SdpStand* sender = audio_.facts.negotiation.newest(direction_.from);
    if (deaf == nullptr || sender == nullptr || !deaf->address || !sender->address) return false;
    if (!is_private_scope(scope_of(deaf->address->ip)) || deaf->ice) return false;
    if (same_network(sender->address->ip, deaf->address->ip)) return false;
    if (contact_host(*sender) != sender->address->ip) return false;
    for (const StreamId heard : back_.streams) {
      if (scope_of(src(heard).ip) != AddressScope::public_) continue;
      direction_.heard_from = heard;
      return true;
    }
    return talks_to_public(deaf->address->ip) || has_public_source(deaf->address->ip);
  }
  // Seen from inside: a NAT must be between a private address and a public one.
  bool talks_to_public(const IpAddress& ip) const {
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      const MessageRecord& message = model_.messages[id];
      const IpAddress& from = model_.endpoints[message.src].ip;
      const IpAddress& to = model_.endpoints[message.dst].ip;
      return (from == ip && scope_of(to) == AddressScope::public_) ||
             (to == ip && scope_of(from) == AddressScope::public_);
    });
  }
  std::optional<IpAddress> contact_host(const SdpStand& stand) const {
    if (!audio_.view.load(model_.messages[stand.message])) return std::nullopt;
    const std::string_view contact = audio_.view.sip().value(HeaderId::contact);
    return parse_ip(parse_uri(parse_name_addr(contact).uri).host);
  }
  bool relayed_by_sender(StreamId id) const { return sends(direction_, src(id).ip); }

  // received or rport put a public address beside the sent-by that the SDP names too (RFC 3581).
  bool has_public_source(const IpAddress& advertised) {
    int steps = 0;
    for (const MessageId id : audio_.messages) {
      const MessageRecord& message = model_.messages[id];
      // Of its requests, and of the answers to them.
      const bool theirs =
          (message.from_caller == (receiver() == Party::caller)) == message.is_request();
      if (!theirs || message.is_copy()) continue;
      if (++steps > 8 || !audio_.view.load(message)) break;
      const auto values = header_values(audio_.view.sip(), HeaderId::via);
      if (values.empty()) continue;
      const Via via = parse_via(values.back());
      const auto sent_by = parse_ip(via.host);
      auto source = parse_ip(via.received);
      if (!source && values.size() == 1 && message.is_request()) {
        source = model_.endpoints[message.src].ip;
      }
      if (sent_by && source && *sent_by == advertised && *source != *sent_by &&
          scope_of(*source) == AddressScope::public_) {
        return true;
      }
    }
    return false;
  }

  bool advertised(const Endpoint& endpoint) const {
    for (const SdpStand& stand : audio_.facts.negotiation.stands) {
      if (stand.author == receiver() && is_named(stand, endpoint)) return true;
    }
    return false;
  }
  static bool is_named(const SdpStand& stand, const Endpoint& endpoint) {
    if (stand.address == endpoint) return true;
    return std::find(stand.candidates.begin(), stand.candidates.end(), endpoint) !=
           stand.candidates.end();
  }

  // Sent to an address that nobody named, although the receiver named others, without ICE.
  bool strayed(const Endpoint& to) const {
    bool named = false;
    for (const SdpStand& stand : audio_.facts.negotiation.stands) {
      if (stand.ice) return false;
      if (!stand.address) return false;  // a host name can be anything
      if (stand.address == to) return false;
      if (stand.author == receiver() && stand.usable) named = true;
    }
    return named && (!seen_as_source(to.ip) || is_other_port(to));
  }
  // The receiver sends from the port that it named, and the audio goes to another of its ports.
  bool is_other_port(const Endpoint& to) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId id) {
      return model_.streams[id].packets >= kMinMedia && src(id).ip == to.ip &&
             src(id).port != to.port && advertised(src(id));
    });
  }

  // The receiver is behind a NAT and its RTP comes from elsewhere than its SDP says.
  bool is_elsewhere(const Endpoint& to) {
    if (!receives_nothing_there(to)) return false;
    for (const StreamId id : back_.streams) {
      if (model_.streams[id].packets < kMinMedia || relayed_by_sender(id)) continue;
      if (is_relay_source(id) || scope_of(src(id).ip) != AddressScope::public_) continue;
      const bool same_host = src(id).ip == to.ip;
      if ((same_host || !seen_as_source(to.ip)) && is_behind_nat()) {
        direction_.heard_from = id;
        return true;
      }
    }
    return false;
  }
  // RTCP from there reports that the stream arrives.
  bool receives_nothing_there(const Endpoint& to) const {
    for (const StreamId id : direction_.last_leg) {
      const StreamRecord& stream = model_.streams[id];
      if (dst(id) == to && stream.has_rtcp && stream.remote_fraction_lost < 250) return false;
    }
    return true;
  }
  bool is_relay_source(StreamId id) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(),
                       [&](StreamId other) { return dst(other).ip == src(id).ip; });
  }

  // Its own Via or Contact names another address than its packets come from.
  bool is_behind_nat() {
    int steps = 0;
    for (const MessageId id : audio_.messages) {
      const MessageRecord& message = model_.messages[id];
      if (message.from_caller != (receiver() == Party::caller) || message.is_copy()) continue;
      if (++steps > 8 || !audio_.view.load(message)) break;
      const SipIndex& sip = audio_.view.sip();
      const auto contact =
          parse_ip(parse_uri(parse_name_addr(sip.value(HeaderId::contact)).uri).host);
      if (contact && is_private_scope(scope_of(*contact))) return true;
      if (!message.is_request()) continue;
      const auto vias = header_values(sip, HeaderId::via);
      if (vias.empty()) continue;
      const auto sent_by = parse_ip(parse_via(vias.back()).host);
      if (sent_by && is_private_scope(scope_of(*sent_by))) return true;
    }
    return false;
  }

  // ---- could it be played?

  bool judge_codec() {
    for (const StreamId id : direction_.last_leg) {
      const StreamRecord& stream = model_.streams[id];
      if (stream.payload_type == 13 || stream.payload_type == 19) return false;
      for (const SdpStand& stand : audio_.facts.negotiation.stands) {
        const auto& types = stand.payload_types;
        if (stand.author == receiver() &&
            std::find(types.begin(), types.end(), stream.payload_type) != types.end()) {
          return false;
        }
      }
    }
    if (direction_.last_leg.empty() || !direction_.receiver_sdp) return false;
    set(AudioFault::codec_mismatch, direction_.last_leg.front());
    return true;
  }

  bool judge_silence() {
    uint64_t packets = 0, silent = 0;
    for (const StreamId id : direction_.last_leg) {
      const StreamRecord& stream = model_.streams[id];
      packets += stream.level_samples;
      silent += std::max<uint64_t>(stream.silent_samples, stream.repeated_samples);
    }
    if (packets < kMinMedia || silent * 100 < packets * kSilentShare) return false;
    set(AudioFault::silence, direction_.last_leg.front());
    return true;
  }

  // A party's newest SDP moved its media to a host that no stream of the call shows: it does not
  // pass this point any more.
  bool has_moved_away() const {
    for (const Party party : {Party::caller, Party::callee}) {
      const SdpStand* newest = audio_.facts.negotiation.newest(party);
      if (newest == nullptr || !newest->address || newest->time_ns < direction_.first_ns) continue;
      const IpAddress& ip = newest->address->ip;
      const bool same =
          std::any_of(audio_.facts.negotiation.stands.begin(),
                      audio_.facts.negotiation.stands.end(), [&](const SdpStand& stand) {
                        return stand.author == party && stand.time_ns < direction_.first_ns &&
                               stand.address && stand.address->ip == ip;
                      });
      const bool seen = sends(direction_, ip) || sends(back_, ip) || receives(direction_, ip) ||
                        receives(back_, ip);
      if (!same && !seen) return true;
    }
    return false;
  }

  void judge_times() {
    const int64_t talk = direction_.agreed_until - direction_.agreed_from;
    const StreamRecord& last = model_.streams[direction_.last_leg.back()];
    const bool comfort_noise = (last.payload_types[0] & (1U << 13 | 1U << 19)) != 0;
    if (direction_.agreed_until - direction_.last_ns >= kStoppedAfter && !comfort_noise) {
      if (has_moved_away()) return;
      set(AudioFault::stopped, direction_.last_leg.back());
    } else if (direction_.first_ns - direction_.agreed_from > std::min(kLateAfter, talk / 2)) {
      set(AudioFault::late, direction_.last_leg.front());
    }
  }

  const Model& model_;
  const AudioCase& audio_;
  AudioDirection& direction_;
  const AudioDirection& back_;
};

}  // namespace

void judge_direction(const AudioCase& audio, AudioDirection& direction,
                     const AudioDirection& back) {
  Judge(audio, direction, back).run();
}

}  // namespace sipladder
