#include "correlate/audio_judge.h"

#include <algorithm>

#include "correlate/audio_points.h"
#include "correlate/audio_reach.h"
#include "decode/address.h"
#include "decode/sdp.h"

namespace sipladder {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kLateAfter = 5 * kSecond;
constexpr int64_t kLongestListening = 30 * kSecond;  // somebody who listens says "yes" at times
constexpr uint32_t kMinIcmpErrors = 3;
constexpr uint32_t kSilentShare = 90;  // per cent of the talk

class Judge {
 public:
  Judge(const AudioCase& audio, AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model),
        audio_(audio),
        direction_(direction),
        back_(back),
        reach_(audio, direction, back),
        points_(audio, direction, back) {}

  void run() {
    if (direction_.agreed_ns < kJudgeAfter) return;
    if (is_missing()) {
      return set(reach_.is_sent_to_private() ? AudioFault::private_address : AudioFault::no_rtp,
                 {});
    }
    if (direction_.streams.empty()) return;
    if (judge_destination()) return;
    if (judge_points(points_.swallowed_by_box())) return;
    if (judge_delivery()) return;
    if (judge_points(points_.never_reaches_other_point())) {
      direction_.sent_at_other_point = true;
      return;
    }
    if (judge_reports() || judge_codec()) return;
    if (judge_silence()) return;
    if (judge_late_codec() || judge_points(points_.ends_at_other_point())) return;
    judge_times();
  }

 private:
  Party receiver() const { return opposite(direction_.from); }

  // Nobody has heard what came for a moment only.
  void set(AudioFault fault, StreamId culprit, int64_t lost_from = 0) {
    const int64_t heard_from = std::max(direction_.first_ns, direction_.agreed_from);
    direction_.fault = fault;
    direction_.culprit = culprit;
    direction_.lost_from = lost_from - heard_from < kHandful ? 0 : lost_from;
  }

  // The other direction is in the capture. A relay that gets this one, and sends the other one on,
  // but does not send this one on to where the other one comes from, loses it.
  bool is_missing() {
    if (direction_.streams.empty()) {
      return back_.packets >= kMinMedia && !is_handful(back_) && passes_here() && speaks_here() &&
             !is_reported();
    }
    if (swallows_both()) return true;
    for (const StreamId in : back_.streams) {
      if (model_.streams[in].packets < kMinMedia) continue;
      const IpAddress& relay = audio_.dst(in).ip;
      if (audio_.sends(back_, relay) && takes_in(relay, in) && !is_answered(in) &&
          !sends_elsewhere(relay, in)) {
        direction_.silent_relay = model_.streams[in].dst;
        return true;
      }
    }
    return false;
  }
  // Something of its author is in the capture: it does not lack all that comes from there.
  bool speaks_here() const {
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      return model_.messages[id].from_caller == (direction_.from == Party::caller);
    });
  }
  // Two reports of the receiver show that it got more of a stream that is not here (RFC
  // 3550 6.4.1): it takes another way, or the capture has left it out. One alone can be of the call
  // before. What SRTCP says is not read.
  bool is_reported() {
    const auto& stands = audio_.facts.negotiation.stands;
    if (std::any_of(stands.begin(), stands.end(), [](const SdpStand& s) { return s.secure; }))
      return false;
    for (const StreamId id : back_.streams) {
      for (const RtcpRecord* rtcp : audio_.media.rtcp_of(audio_.src(id))) {
        const bool of_talk = rtcp->progress_from_ns >= audio_.facts.answer_ns &&
                             rtcp->progress_ns <= audio_.facts.end_ns;
        if (!of_talk || rtcp->ssrc != model_.streams[id].ssrc || is_of_back(rtcp->about)) continue;
        if (is_of_other_call(rtcp->about, id)) continue;
        direction_.reported_frame = rtcp->progress_frame;
        return true;
      }
    }
    return false;
  }
  bool is_of_back(uint32_t ssrc) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(),
                       [&](StreamId id) { return model_.streams[id].ssrc == ssrc; });
  }
  // What comes to the reporter with this SSRC is here, and belongs to another call.
  bool is_of_other_call(uint32_t ssrc, StreamId reporter) const {
    const CallId own = audio_.media.of(reporter).call;
    for (const StreamId id : model_.streams.ids()) {
      if (model_.streams[id].ssrc != ssrc || audio_.dst(id).ip != audio_.src(reporter).ip) continue;
      const CallId call = audio_.media.of(id).call;
      if (call && call != own) return true;
    }
    return false;
  }
  // Where the receiver wants it, on some hop, is a host that this point knows. A private address
  // can be any, and a public one can be that of the NAT before its author.
  bool passes_here() const {
    const auto is_public = [&](StreamId id) {
      return scope_of(audio_.src(id).ip) == AddressScope::public_;
    };
    if (!std::all_of(back_.streams.begin(), back_.streams.end(), is_public)) return true;
    const auto& stands = audio_.facts.negotiation.stands;
    bool named = false;
    for (const SdpStand& stand : stands) {
      if (stand.author != receiver() || !stand.address) continue;
      if (is_known_here(stand.address->ip)) return true;
      named = true;
    }
    return !named;
  }
  bool is_known_here(const IpAddress& ip) const {
    if (scope_of(ip) != AddressScope::public_ || audio_.sends(back_, ip)) return true;
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      const MessageRecord& message = model_.messages[id];
      return model_.endpoints[message.src].ip == ip || model_.endpoints[message.dst].ip == ip;
    });
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
  // Both parties send to one host that sends nothing to either, though it would be seen: where a
  // port mirrors one way only, no host answers another.
  bool swallows_both() {
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
      const uint8_t point = model_.streams[id].point;
      if (!points_.sees_both_ways(point) && !points_.passes_receiver(*other, id)) continue;
      direction_.silent_relay = model_.streams[id].dst;
      return true;
    }
    return false;
  }
  // Something comes back to where the stream comes from, on whichever side of a NAT it is seen.
  bool is_answered(StreamId in) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId id) {
      const bool same =
          model_.streams[id].ssrc == model_.streams[in].ssrc && audio_.dst(id) == audio_.dst(in);
      return same && (audio_.receives(direction_, audio_.src(id).ip) ||
                      audio_.receives(back_, audio_.src(id).ip));
    });
  }
  // The relay does send this direction on, at the same time, and to another host.
  bool sends_elsewhere(const IpAddress& relay, StreamId in) const {
    return std::any_of(direction_.last_leg.begin(), direction_.last_leg.end(), [&](StreamId id) {
      return audio_.src(id).ip == relay && audio_.dst(id).ip != audio_.src(in).ip &&
             model_.streams[id].packets >= kMinMedia &&
             model_.streams[id].last_ns - model_.streams[in].first_ns >= kMissed;
    });
  }
  bool judge_points(const std::optional<Swallowed>& swallowed) {
    if (swallowed) set(AudioFault::firewall, swallowed->stream, swallowed->since_ns);
    return swallowed.has_value();
  }

  // ---- could it arrive where it was sent?

  // None of its streams could.
  bool judge_destination() {
    Undelivered worst;
    StreamId culprit;
    for (const StreamId id : direction_.last_leg) {
      const Undelivered lost = reach_.fault_of(id);
      if (lost.fault == AudioFault::none || lost.since_ns != 0) return false;
      worst = lost;
      culprit = id;
    }
    if (worst.fault == AudioFault::none) return false;
    set(worst.fault, culprit);
    return true;
  }

  // Some arrived, at least for a time; what came after that did not, or was rejected.
  bool judge_delivery() {
    int64_t arrived_until = 0;
    std::vector<std::pair<StreamId, Undelivered>> lost_streams;
    for (const StreamId id : direction_.last_leg) {
      Undelivered lost = reach_.fault_of(id);
      if (lost.fault == AudioFault::none) lost = rejected(id);
      if (lost.fault != AudioFault::none) lost_streams.emplace_back(id, lost);
      const int64_t until =
          lost.fault == AudioFault::none ? model_.streams[id].last_ns : lost.since_ns;
      arrived_until = std::max(arrived_until, until);
    }
    for (const auto& [id, lost] : lost_streams) {
      const StreamRecord& stream = model_.streams[id];
      const int64_t from = std::max({arrived_until, lost.since_ns, stream.first_ns});
      const bool missed = direction_.right.within(from, stream.last_ns) >= kMissed;
      if (arrived_until != 0 && !missed) continue;
      set(lost.fault, id, arrived_until == 0 ? 0 : from);
      if (lost.fault == AudioFault::icmp_unreachable)
        direction_.icmp_frames = frames_of(errors_of(id));
      return true;
    }
    return false;
  }

  // ICMP errors about a stream while the talk lasts.
  std::vector<const IcmpErrorRecord*> errors_of(StreamId id) const {
    std::vector<const IcmpErrorRecord*> errors;
    for (const IcmpErrorRecord& error : model_.icmp_errors) {
      if (error.src != model_.streams[id].src || error.dst != model_.streams[id].dst) continue;
      if (error.time_ns < audio_.facts.answer_ns || error.time_ns > audio_.facts.end_ns) continue;
      if (is_of_another(error, model_.streams[id])) continue;
      // A second point shows the same errors again.
      if (errors.empty() || errors.front()->point == error.point) errors.push_back(&error);
    }
    return errors;
  }
  // It quotes a packet of an earlier call on these ports: by its SSRC, or since the fragments of a
  // packet are waited for longer than this stream runs (RFC 1122 3.3.2: 60 s, Linux 30 s).
  static bool is_of_another(const IcmpErrorRecord& error, const StreamRecord& stream) {
    constexpr uint8_t kTimeExceeded = 11, kReassembly = 1;
    constexpr int64_t kReassemblyNs = 30 * kSecond;
    if (error.ssrc) return *error.ssrc != stream.ssrc;
    return error.type == kTimeExceeded && error.code == kReassembly &&
           error.time_ns < stream.first_ns + kReassemblyNs;
  }
  static std::vector<uint32_t> frames_of(const std::vector<const IcmpErrorRecord*>& errors) {
    std::vector<uint32_t> frames;
    for (const IcmpErrorRecord* error : errors) frames.push_back(error->frame);
    return frames;
  }
  // A few at start-up mean a socket not yet open; errors limited to one a second still run to the
  // end.
  Undelivered rejected(StreamId id) const {
    const StreamRecord& stream = model_.streams[id];
    const auto errors = errors_of(id);
    if (errors.size() < kMinIcmpErrors) return {};
    const int64_t end = std::min(audio_.facts.end_ns, stream.last_ns);
    const bool persistent =
        end - errors.back()->time_ns < 2 * kSecond || errors.size() * 2 >= stream.packets;
    if (!persistent) return {};
    const bool worked = errors.front()->time_ns - stream.first_ns >= kMissed;
    return {AudioFault::icmp_unreachable, worked ? errors.front()->time_ns : 0};
  }

  // The receiver's reports say again and again that nothing came since, and it passes here all the
  // time.
  bool judge_reports() {
    constexpr uint32_t kReports = 3;
    constexpr uint32_t kPassed = 250;
    for (const StreamId id : direction_.last_leg) {
      const StreamRecord& stream = model_.streams[id];
      const bool stuck = stream.stuck_reports >= kReports &&
                         stream.packets - stream.stuck_packets >= kPassed &&
                         direction_.right.within(stream.reported_ns, stream.stuck_ns) >= kLateAfter;
      if (!stuck) continue;
      set(AudioFault::firewall, id, stream.reported_ns);
      direction_.stuck_reports = stream.stuck_reports;
      return true;
    }
    return false;
  }

  // ---- could it be played?

  bool judge_codec() {
    if (audio_.facts.negotiation.half_unseen) return false;  // nor is what the receiver listed
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

  // The receiver's newest SDP, agreed for a while, does not list what still comes.
  bool judge_late_codec() {
    const Negotiation& negotiation = audio_.facts.negotiation;
    const SdpStand* newest = negotiation.newest(receiver());
    if (newest == nullptr || !newest->usable || !negotiation.is_in_force(*newest)) return false;
    const StreamId id = direction_.last_leg.back();
    const StreamRecord& stream = model_.streams[id];
    // On another hop, a relay that transcodes shows another list.
    for (const SdpStand& stand : negotiation.stands) {
      const auto& types = stand.payload_types;
      const bool same =
          stand.author == newest->author &&
          model_.messages[stand.message].is_in_exchange_of(model_.messages[newest->message]);
      if (same && std::find(types.begin(), types.end(), stream.voice_type) != types.end())
        return false;
    }
    if (direction_.right.within(newest->time_ns, stream.last_ns) < kMissed) return false;
    set(AudioFault::codec_mismatch, id, newest->time_ns);
    return true;
  }

  bool judge_silence() {
    uint64_t packets = 0, silent = 0;
    for (const StreamId id : direction_.last_leg) {
      const StreamRecord& stream = model_.streams[id];
      if (is_data_encoding(audio_.media.encoding_of(id))) return false;
      const Heard heard = heard_of(model_, audio_.view.log(), id, audio_.media.encoding_of(id));
      if (id == direction_.last_leg.front()) direction_.heard = heard;
      packets += heard.packets;
      silent += std::max<uint64_t>(heard.silent, stream.repeated_samples);
    }
    if (packets < kMinMedia || silent * 100 < packets * kSilentShare) return false;
    set(AudioFault::silence, direction_.last_leg.front());
    return true;
  }

  // A party's newest SDP moved its media to a host that no stream of the call shows, and it does
  // not send from the old one any more: it does not pass this point.
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
                        audio_.receives(direction_, ip) || audio_.receives(back_, ip);
      if (!same && !seen && !still_sends(party, newest->time_ns)) return true;
    }
    return false;
  }
  bool still_sends(Party party, int64_t moved_ns) const {
    const AudioDirection& own = party == direction_.from ? direction_ : back_;
    return std::any_of(own.streams.begin(), own.streams.end(), [&](StreamId id) {
      return model_.streams[id].last_ns >= moved_ns + kMissed;
    });
  }

  // Its sender says so, or both list comfort noise, or a codec that sends none of the silence.
  bool may_suppress_silence() const {
    const SdpStand* sender = audio_.facts.negotiation.newest(direction_.from);
    const SdpStand* other = audio_.facts.negotiation.newest(receiver());
    if (sender == nullptr) return false;
    return sender->silence_suppressed ||
           (other != nullptr && sender->comfort_noise && other->comfort_noise);
  }

  // Comfort noise (RFC 3389), a silence descriptor of the codec, or pauses all along.
  bool suppresses_silence(const StreamRecord& stream, int64_t missed_ns) const {
    const bool comfort_noise = (stream.payload_types[0] & (1U << 13 | 1U << 19)) != 0;
    const bool descriptor = uint64_t{stream.newest_bytes} * 3 * stream.packets < stream.bytes;
    return comfort_noise || descriptor ||
           (stream.pauses_in_silence() && missed_ns < kLongestListening);
  }

  // A talk that begins with a handful of packets, and the other direction goes on.
  bool ends_at_once() const {
    return is_handful(direction_) && back_.last_ns - direction_.last_ns >= kMissed;
  }

  void judge_times() {
    const int64_t talk = direction_.agreed_until - direction_.agreed_from;
    const int64_t missed = direction_.right.within(direction_.last_ns, direction_.agreed_until);
    const bool stops = missed >= (ends_at_once() ? kMissed : kStoppedAfter);
    const bool silent = may_suppress_silence() && !ends_at_once();
    if (stops && !silent &&
        !suppresses_silence(model_.streams[direction_.last_leg.back()], missed)) {
      const bool both_short = is_handful(direction_) && is_handful(back_);
      if (!both_short && !has_moved_away()) judge_stopped();
    } else if (direction_.first_ns - direction_.due_ns > std::min(kLateAfter, talk / 2) &&
               !model_.streams[direction_.last_leg.front()].pauses_in_silence()) {
      set(AudioFault::late, direction_.last_leg.front());
    }
  }
  bool shows_requests() const {
    return std::any_of(audio_.messages.begin(), audio_.messages.end(),
                       [&](MessageId id) { return model_.messages[id].is_request(); });
  }
  void judge_stopped() {
    const StreamId last = direction_.last_leg.back();
    if (!shows_requests()) return;  // nor what a re-INVITE may have asked for
    // It goes on where this point does not see it.
    if (model_.streams[last].ahead_ns - direction_.last_ns >= kMissed) return;
    const SdpStand* newest = audio_.facts.negotiation.newest(receiver());
    const bool moved = newest != nullptr && newest->time_ns > direction_.first_ns;
    if (moved && still_sends(receiver(), newest->time_ns) && reach_.is_sent_to_private()) {
      return set(AudioFault::private_address, {}, direction_.last_ns);
    }
    // What a relay does not send on any more, because it is gone.
    for (const StreamId id : direction_.streams) {
      if (rejected(id).fault == AudioFault::none) continue;
      set(AudioFault::icmp_unreachable, id, direction_.last_ns);
      direction_.icmp_frames = frames_of(errors_of(id));
      return;
    }
    set(AudioFault::stopped, last, direction_.last_ns);
  }

  const Model& model_;
  const AudioCase& audio_;
  AudioDirection& direction_;
  const AudioDirection& back_;
  Reach reach_;
  Points points_;
};

}  // namespace

void judge_direction(const AudioCase& audio, AudioDirection& direction,
                     const AudioDirection& back) {
  Judge(audio, direction, back).run();
}

}  // namespace sipladder
