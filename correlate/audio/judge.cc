#include "correlate/audio/judge.h"

#include <absl/container/flat_hash_set.h>

#include <span>

#include "correlate/audio/codec.h"
#include "correlate/audio/icmp.h"
#include "correlate/audio/missing.h"
#include "correlate/audio/points.h"
#include "correlate/audio/reach.h"
#include "correlate/audio/relay.h"
#include "correlate/audio/reports.h"
#include "correlate/audio/srtp.h"
#include "correlate/audio/times.h"
#include "correlate/session/stream_voice.h"
#include "correlate/session/thinned.h"
#include "decode/sdp.h"

namespace sipladder {
namespace {

struct Inquiry {
  const AudioCase& audio;
  const AudioDirection& direction;  // the one in question
  const AudioDirection& back;
  Reach reach;
  Points points;
};

bool is_thinned_file(const Inquiry& about) {
  std::vector<StreamId> streams = about.direction.streams;
  streams.insert(streams.end(), about.back.streams.begin(), about.back.streams.end());
  return std::any_of(streams.begin(), streams.end(),
                     [&](StreamId id) { return is_thinned(about.audio.model, id, streams); });
}

// Nothing of the direction arrives: private_address when the receiver's SDP explains that, else
// no_rtp.
AudioVerdict not_sent(const Inquiry& about, EndpointId silent_relay) {
  if (const auto proof = about.reach.private_proof())
    return {AudioFault::private_address, 0, {}, *proof};
  return {AudioFault::no_rtp, 0, {}, AbsenceProof{silent_relay}};
}

AudioVerdict not_here(const Inquiry& about) {
  if (!is_missing(about.audio, about.direction, about.back)) return {};
  AudioVerdict verdict = not_sent(about, {});
  const StreamId taken = taken_on_other_leg(about.audio, about.points, about.back);
  if (taken && verdict.fault == AudioFault::no_rtp)
    verdict.proof = AbsenceProof{about.audio.model.streams[taken].dst, taken};
  return verdict;
}

// None of the streams could ever arrive where they were sent.
AudioVerdict undeliverable(const Inquiry& about) {
  AudioVerdict worst;
  for (const StreamId id : about.direction.last_leg) {
    AudioVerdict lost = about.reach.fault_of(id);
    if (!lost || lost.lost_from_ns != 0) return {};
    worst = std::move(lost);
  }
  return worst;
}

// ICMP errors reject every stream of the last leg from its beginning. Asked before the capture
// points are compared, because an ICMP error is the more certain proof.
AudioVerdict rejected(const Inquiry& about) {
  AudioVerdict first;
  for (const StreamId id : about.direction.last_leg) {
    AudioVerdict lost = rejected_by_icmp(about.audio, id);
    if (!lost || lost.lost_from_ns != 0) return {};
    if (!first) first = std::move(lost);
  }
  return first;
}

AudioVerdict lost_in_relay(const Inquiry& about) {
  const EndpointId relay =
      relay_that_swallows(about.audio, about.points, about.direction, about.back);
  if (!relay) return {};
  // Nobody is there who could swallow anything.
  if (AudioVerdict refused = rejected(about)) return refused;
  return not_sent(about, relay);
}

// Some packets arrived, at least for a time; later ones could not arrive, or were rejected.
AudioVerdict undelivered(const Inquiry& about) {
  const Model& model = about.audio.model;
  int64_t arrived_until = 0;
  std::vector<AudioVerdict> losses;
  for (const StreamId id : about.direction.last_leg) {
    AudioVerdict lost = about.reach.fault_of(id);
    if (!lost) lost = rejected_by_icmp(about.audio, id);
    arrived_until = std::max(arrived_until, lost ? lost.lost_from_ns : model.streams[id].last_ns);
    if (lost) losses.push_back(std::move(lost));
  }
  for (AudioVerdict& lost : losses) {
    const StreamRecord& stream = model.streams[lost.shown_by];
    const int64_t from = std::max({arrived_until, lost.lost_from_ns, stream.first_ns});
    const bool missed = about.direction.right.within(from, stream.last_ns) >= kMissedNs;
    if (arrived_until != 0 && !missed) continue;
    lost.lost_from_ns = arrived_until == 0 ? 0 : from;
    return lost;
  }
  return {};
}

// The RTP arrives and holds nothing to hear. A stream that ICMP rejects is not judged as silence.
AudioVerdict inaudible(const Inquiry& about) {
  const AudioCase& audio = about.audio;
  Listening all;
  for (const StreamId id : about.direction.last_leg) {
    const std::string_view encoding = audio.media.encoding_of(id);
    if (is_data_encoding(encoding) || audio.model.streams[id].icmp_errors >= kMinIcmpErrors)
      return {};
    const Listening one = listen_to_voice(audio.media, audio.view.log(), id);
    if (one.audible) return {};
    all.decoded += one.decoded;
    all.repeated += one.repeated;
    all.others += one.others;
    all.loudness = std::max(all.loudness, one.loudness);
  }
  if (all.decoded + all.repeated + all.others < kMinMedia || all.loudness >= kRoomNoise) return {};
  return {AudioFault::silence, 0, about.direction.last_leg.front(), SilenceProof{all}};
}

// The first question whose verdict is a fault names the cause; later ones are not asked.
struct Question {
  AudioVerdict (*ask)(const Inquiry&);
  bool of_every_packet = false;  // not asked of a file from which packets were left out
};

constexpr Question kOfNothingHere[] = {{not_here, true}};

constexpr Question kOfWhatIsHere[] = {
    {lost_in_relay},
    {undeliverable},
    {rejected},
    {[](const Inquiry& about) { return about.points.swallowed_by_box(); }},
    {[](const Inquiry& about) { return about.points.swallowed_beside_sip(); }},
    {undelivered},
    {[](const Inquiry& about) { return about.points.never_reaches_other_point(); }},
    {[](const Inquiry& about) { return reported_stuck(about.audio, about.direction); }},
    {[](const Inquiry& about) { return never_decodable(about.audio, about.direction); }},
    {[](const Inquiry& about) { return not_opened(about.audio, about.direction); }},
    {inaudible, true},
    {[](const Inquiry& about) { return no_longer_decodable(about.audio, about.direction); }},
    {[](const Inquiry& about) { return about.points.ends_at_other_point(); }},
    {[](const Inquiry& about) {
       return late_or_stopped(about.audio, about.reach, about.direction, about.back);
     },
     true},
};

AudioVerdict first_bad_answer(const Inquiry& about, std::span<const Question> questions) {
  const bool thinned = is_thinned_file(about);
  for (const Question& question : questions) {
    if (question.of_every_packet && thinned) continue;
    if (AudioVerdict verdict = question.ask(about)) return verdict;
  }
  return {};
}

}  // namespace

bool talks_to_stranger(const AudioCase& audio, const AudioDirection& direction) {
  const auto& audio_sdps = audio.facts.negotiation.audio_sdps;
  const auto is_named = [&](const Endpoint& endpoint) {
    return std::any_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& audio_sdp) {
      return audio_sdp.ice || names(audio_sdp, endpoint) || !audio_sdp.address ||
             audio_sdp.address->ip == endpoint.ip;
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

AudioVerdict judge_direction(const AudioCase& audio, const AudioDirection& direction,
                             const AudioDirection& back) {
  if (direction.agreed_ns < kJudgeAfterNs || direction.moved_unseen) return {};
  const Inquiry about{audio, direction, back, Reach(audio, direction, back),
                      Points(audio, direction, back)};
  AudioVerdict verdict = direction.streams.empty() ? first_bad_answer(about, kOfNothingHere)
                                                   : first_bad_answer(about, kOfWhatIsHere);
  // Audio of a moment counts as never heard.
  const int64_t heard_from = std::max(direction.first_ns, direction.agreed_from);
  if (verdict.lost_from_ns - heard_from < kHandfulNs) verdict.lost_from_ns = 0;
  return verdict;
}

}  // namespace sipladder
