#include "correlate/audio/judge.h"

#include <absl/container/flat_hash_set.h>

#include "correlate/audio/codec.h"
#include "correlate/audio/icmp.h"
#include "correlate/audio/missing.h"
#include "correlate/audio/points.h"
#include "correlate/audio/reach.h"
#include "correlate/audio/relay.h"
#include "correlate/audio/reports.h"
#include "correlate/audio/times.h"
#include "correlate/session/thinned.h"
#include "decode/sdp.h"

namespace sipladder {
namespace {

// A host that no SDP of the call names gets the stream at a port from which it sends to a party:
// the message that brought it in is not here, so nothing is known of what was agreed since.
bool talks_to_stranger(const AudioCase& audio, const AudioDirection& direction) {
  const auto& stands = audio.facts.negotiation.stands;
  const auto is_named = [&](const Endpoint& endpoint) {
    return std::any_of(stands.begin(), stands.end(), [&](const SdpStand& stand) {
      return stand.ice || names(stand, endpoint) || !stand.address ||
             stand.address->ip == endpoint.ip;
    });
  };
  absl::flat_hash_set<uint32_t> sources;
  for (const StreamId id : direction.streams) {
    const bool to_party = is_named(audio.dst(id)) && !is_named(audio.src(id));
    if (to_party) sources.insert(audio.model.streams[id].src.value);
  }
  return std::any_of(direction.streams.begin(), direction.streams.end(), [&](StreamId id) {
    return sources.contains(audio.model.streams[id].dst.value) && is_named(audio.src(id));
  });
}

class Judge {
 public:
  Judge(const AudioCase& audio, AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model),
        audio_(audio),
        direction_(direction),
        back_(back),
        reach_(audio, direction, back),
        points_(audio, direction, back) {}

  // The first question with a bad answer is the cause.
  void run() {
    if (direction_.streams.empty() && direction_.agreed_ns > 0)
      direction_.reported_frame = report_of_receipt(audio_, back_);
    if (direction_.agreed_ns < kJudgeAfter) return;
    direction_.moved_unseen =
        talks_to_stranger(audio_, direction_) || talks_to_stranger(audio_, back_);
    if (direction_.moved_unseen) return;
    // What a thinned file does not hold was on the wire.
    const bool thinned = is_thinned_file();
    if (direction_.streams.empty()) {
      if (!thinned && is_missing(audio_, direction_, back_)) set(not_sent());
      return;
    }
    if (is_lost_in_relay(audio_, points_, direction_, back_)) {
      set(not_sent());
      return;
    }
    if (set(undeliverable()) || set(points_.swallowed_by_box())) return;
    if (set(points_.swallowed_beside_sip())) {
      direction_.sip_passes = true;
      return;
    }
    if (set(undelivered())) return;
    if (set(points_.never_reaches_other_point())) {
      direction_.sent_at_other_point = true;
      return;
    }
    if (set(reported_stuck(audio_, direction_))) return;
    if (set(never_decodable(audio_, direction_))) return;
    if (!thinned && set(inaudible())) return;
    if (set(no_longer_decodable(audio_, direction_))) return;
    if (set(points_.ends_at_other_point())) return;
    if (!thinned) set(late_or_stopped(audio_, reach_, direction_, back_));
  }

 private:
  bool is_thinned_file() const {
    std::vector<StreamId> streams = direction_.streams;
    streams.insert(streams.end(), back_.streams.begin(), back_.streams.end());
    return std::any_of(streams.begin(), streams.end(),
                       [&](StreamId id) { return is_thinned(model_, id, streams); });
  }

  // Nobody has heard what came for a moment only.
  bool set(const AudioLoss& loss) {
    if (loss.fault == AudioFault::none) return false;
    const int64_t heard_from = std::max(direction_.first_ns, direction_.agreed_from);
    direction_.fault = loss.fault;
    direction_.culprit = loss.culprit;
    direction_.lost_from = loss.since_ns - heard_from < kHandful ? 0 : loss.since_ns;
    return true;
  }

  AudioLoss not_sent() {
    return {reach_.is_sent_to_private() ? AudioFault::private_address : AudioFault::no_rtp};
  }

  // None of its streams could arrive where it was sent.
  AudioLoss undeliverable() {
    AudioLoss worst;
    for (const StreamId id : direction_.last_leg) {
      const AudioLoss lost = reach_.fault_of(id);
      if (lost.fault == AudioFault::none || lost.since_ns != 0) return {};
      worst = {lost.fault, 0, id};
    }
    return worst;
  }

  // Some arrived, at least for a time; what came after that did not, or was rejected.
  AudioLoss undelivered() {
    int64_t arrived_until = 0;
    std::vector<AudioLoss> losses;
    for (const StreamId id : direction_.last_leg) {
      AudioLoss lost = reach_.fault_of(id);
      if (lost.fault == AudioFault::none) lost = rejected_by_icmp(audio_, id);
      lost.culprit = id;
      const bool arrives = lost.fault == AudioFault::none;
      arrived_until = std::max(arrived_until, arrives ? model_.streams[id].last_ns : lost.since_ns);
      if (!arrives) losses.push_back(lost);
    }
    for (AudioLoss& lost : losses) {
      const StreamRecord& stream = model_.streams[lost.culprit];
      const int64_t from = std::max({arrived_until, lost.since_ns, stream.first_ns});
      const bool missed = direction_.right.within(from, stream.last_ns) >= kMissed;
      if (arrived_until != 0 && !missed) continue;
      if (lost.fault == AudioFault::icmp_unreachable)
        direction_.icmp_frames = icmp_frames(audio_, lost.culprit);
      lost.since_ns = arrived_until == 0 ? 0 : from;
      return lost;
    }
    return {};
  }

  // It arrives, and holds nothing to hear. What is rejected on its way is not silence.
  AudioLoss inaudible() {
    constexpr uint16_t kRejected = 3;
    Listening all;
    for (const StreamId id : direction_.last_leg) {
      const std::string_view encoding = audio_.media.encoding_of(id);
      if (is_data_encoding(encoding) || model_.streams[id].icmp_errors >= kRejected) return {};
      const Listening one = listen_to(model_, audio_.view.log(), id, encoding);
      if (one.audible) return {};
      all.decoded += one.decoded;
      all.repeated += one.repeated;
      all.others += one.others;
      all.loudness = std::max(all.loudness, one.loudness);
    }
    if (all.decoded + all.repeated + all.others < kMinMedia) return {};
    direction_.listening = all;
    return {AudioFault::silence, 0, direction_.last_leg.front()};
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
