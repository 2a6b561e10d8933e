#include "correlate/audio_judge.h"

#include <algorithm>

#include "correlate/audio_reach.h"

namespace sipladder {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kStoppedAfter = 5 * kSecond;
constexpr int64_t kLateAfter = 5 * kSecond;
constexpr uint32_t kMinIcmpErrors = 3;
constexpr uint32_t kSilentShare = 90;  // per cent of the talk

class Judge {
 public:
  Judge(const AudioCase& audio, AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model),
        audio_(audio),
        direction_(direction),
        back_(back),
        reach_(audio, direction, back) {}

  void run() {
    if (direction_.agreed_ns < kJudgeAfter) return;
    if (is_missing()) {
      return set(reach_.is_sent_to_private() ? AudioFault::private_address : AudioFault::no_rtp,
                 {});
    }
    if (direction_.streams.empty()) return;
    if (judge_destination()) return;
    if (judge_box()) return;
    if (judge_icmp() || judge_points()) return;
    if (judge_codec()) return;
    if (judge_silence()) return;
    judge_times();
  }

 private:
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
      const IpAddress& relay = audio_.dst(in).ip;
      if (audio_.sends(back_, relay) && receives(direction_, relay) && !is_answered(in)) {
        direction_.silent_relay = model_.streams[in].dst;
        return true;
      }
    }
    return false;
  }
  // Something comes back to where the stream comes from, on whichever side of a NAT it is seen.
  bool is_answered(StreamId in) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId id) {
      const bool same =
          model_.streams[id].ssrc == model_.streams[in].ssrc && audio_.dst(id) == audio_.dst(in);
      return same &&
             (receives(direction_, audio_.src(id).ip) || receives(back_, audio_.src(id).ip));
    });
  }
  // More than a first packet that a relay sent before it knew better.
  bool receives(const AudioDirection& direction, const IpAddress& ip) const {
    return std::any_of(direction.streams.begin(), direction.streams.end(), [&](StreamId id) {
      return audio_.dst(id).ip == ip && model_.streams[id].packets >= kMinMedia;
    });
  }

  // Two capture points, either side of a NAT or firewall: the other direction is seen at both, this
  // one only where it goes in.
  bool judge_box() {
    for (const StreamId id : back_.streams) {
      const StreamRecord& outside = model_.streams[id];
      if (outside.packets < kMinMedia) continue;
      if (outside.elsewhere * 2 > outside.packets && judge_firewall(id)) return true;
      for (const StreamId other : back_.streams) {
        const bool same_stream = other != id && model_.streams[other].ssrc == outside.ssrc &&
                                 audio_.dst(other) == audio_.dst(id) &&
                                 audio_.src(other).ip != audio_.src(id).ip;
        // The NAT sends on what it got: the inside is seen first.
        if (!same_stream || model_.streams[other].first_ns > outside.first_ns) continue;
        if (receives(direction_, audio_.src(id).ip) &&
            !receives(direction_, audio_.src(other).ip)) {
          set(AudioFault::firewall, stream_to(audio_.src(id).ip));
          return true;
        }
      }
    }
    return false;
  }
  // No addresses change: each packet that passes between these two hosts is captured twice.
  bool judge_firewall(StreamId back) {
    StreamId swallowed;
    for (const StreamId id : direction_.streams) {
      if (audio_.src(id).ip != audio_.dst(back).ip || audio_.dst(id).ip != audio_.src(back).ip)
        continue;
      if (model_.streams[id].elsewhere * 10 > model_.streams[id].packets) return false;
      swallowed = id;
    }
    if (!swallowed) return false;
    set(AudioFault::firewall, swallowed);
    return true;
  }

  // A capture point that the receiver's own audio passes, and that no packet of this direction
  // reaches, though another point shows that it was sent.
  bool judge_points() {
    for (const StreamId id : back_.streams) {
      const StreamRecord& heard = model_.streams[id];
      if (heard.packets < kMinMedia || heard.elsewhere != 0) continue;
      const bool reached =
          std::any_of(direction_.streams.begin(), direction_.streams.end(),
                      [&](StreamId other) { return model_.streams[other].seen_at(heard.source); });
      if (reached || !sees_both_ways(heard.source)) continue;
      set(AudioFault::firewall, direction_.streams.front());
      direction_.sent_at_other_point = true;
      return true;
    }
    return false;
  }
  // Of a capture of what one host sends, or gets, nothing can be said that is missing.
  bool sees_both_ways(uint16_t source) const {
    std::vector<IpAddress> from, to;
    const auto note = [&](EndpointId src, EndpointId dst) {
      from.push_back(model_.endpoints[src].ip);
      to.push_back(model_.endpoints[dst].ip);
    };
    for (const MessageId id : audio_.messages) {
      const MessageRecord& message = model_.messages[id];
      if (message.source == source) note(message.src, message.dst);
    }
    const AudioDirection& forth = direction_;
    for (const AudioDirection* direction : {&forth, &back_}) {
      for (const StreamId id : direction->streams) {
        const StreamRecord& stream = model_.streams[id];
        if (stream.source == source) note(stream.src, stream.dst);
      }
    }
    return std::any_of(from.begin(), from.end(), [&](const IpAddress& ip) {
      return std::find(to.begin(), to.end(), ip) != to.end();
    });
  }
  StreamId stream_to(const IpAddress& ip) const {
    for (const StreamId id : direction_.streams) {
      if (audio_.dst(id).ip == ip) return id;
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
      const AudioFault fault = reach_.fault_of(id);
      if (fault == AudioFault::none) return false;  // one copy that arrives is enough
      worst = fault;
      culprit = id;
    }
    if (worst == AudioFault::none) return false;
    set(worst, culprit);
    return true;
  }

  // ---- could it be played?

  bool judge_codec() {
    for (const StreamId id : direction_.last_leg) {
      const StreamRecord& stream = model_.streams[id];
      if (is_comfort_noise(stream.payload_type)) return false;
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
      const Heard heard = heard_of(model_, audio_.view.log(), id, audio_.media.encoding_of(id));
      if (id == direction_.last_leg.front()) direction_.heard = heard;
      packets += heard.packets;
      silent += std::max<uint64_t>(heard.silent, stream.repeated_samples);
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
      const bool seen = audio_.sends(direction_, ip) || audio_.sends(back_, ip) ||
                        receives(direction_, ip) || receives(back_, ip);
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
    } else if (direction_.first_ns - direction_.due_ns > std::min(kLateAfter, talk / 2)) {
      set(AudioFault::late, direction_.last_leg.front());
    }
  }

  const Model& model_;
  const AudioCase& audio_;
  AudioDirection& direction_;
  const AudioDirection& back_;
  Reach reach_;
};

}  // namespace

void judge_direction(const AudioCase& audio, AudioDirection& direction,
                     const AudioDirection& back) {
  Judge(audio, direction, back).run();
}

}  // namespace sipladder
