#include "correlate/audio/outcome.h"

#include <algorithm>

#include "correlate/audio/thresholds.h"

namespace sipladder {
namespace {

// This point shows at most a moment of the direction, and the talk goes on for long without it.
bool goes_elsewhere(const AudioDirection& direction, const AudioDirection& back) {
  const int64_t seen_until = std::max(direction.last_ns, back.last_ns);
  return (direction.streams.empty() || is_handful(direction)) &&
         direction.right.within(seen_until, direction.agreed_until) >= kMissedNs;
}

// Neither may send at the end, by what their SDPs say. 0.0.0.0 at the beginning is no hold.
bool is_inactive(const AudioFacts& facts) {
  const auto names_zeros = [&](Party party) {
    const AudioSdp* const newest = facts.negotiation.newest(party);
    return newest != nullptr && newest->hold_address;
  };
  return !facts.from_caller.right.at_end && !facts.from_callee.right.at_end &&
         !names_zeros(Party::caller) && !names_zeros(Party::callee);
}

bool is_silent_direction(const AudioDirection& direction) {
  return direction.verdict.fault == AudioFault::silence;
}

}  // namespace

std::string_view to_string(Audio audio) {
  switch (audio) {
    case Audio::none_known:
      return "";
    case Audio::two_way:
      return "two-way";
    case Audio::one_way:
      return "one-way";
    case Audio::partial:
      return "partial";
    case Audio::none:
      return "none";
    case Audio::silent:
      return "silent";
    case Audio::held:
      return "held";
    case Audio::one_way_agreed:
      return "one-way-agreed";
    case Audio::half_captured:
      return "half-captured";
    case Audio::not_captured:
      return "not-captured";
  }
  return "";
}

bool is_judged(Audio audio) {
  return audio == Audio::two_way || audio == Audio::one_way || audio == Audio::partial ||
         audio == Audio::none || audio == Audio::silent;
}

bool is_never_heard(const AudioDirection& direction) {
  return direction.verdict.fault != AudioFault::none &&
         direction.verdict.fault != AudioFault::silence &&
         direction.verdict.fault != AudioFault::late && direction.verdict.lost_from_ns == 0;
}

// A direction that only began late is not counted as lost when the other one was never heard.
LostToward lost_toward(const AudioFacts& facts) {
  const AudioDirection& from_caller = facts.from_caller;
  const AudioDirection& from_callee = facts.from_callee;
  const bool never = is_never_heard(from_caller) || is_never_heard(from_callee);
  const auto lost = [&](const AudioDirection& direction) {
    return direction.verdict.fault != AudioFault::none &&
           !(never && direction.verdict.fault == AudioFault::late);
  };
  return {lost(from_callee), lost(from_caller)};
}

Party unseen_sender(const AudioFacts& facts) {
  const bool caller = facts.from_caller.streams.empty();
  if (caller == facts.from_callee.streams.empty()) return Party::none;
  const AudioDirection& unseen = caller ? facts.from_caller : facts.from_callee;
  const bool passes_elsewhere = unseen.verdict.fault == AudioFault::none && unseen.right.at_end;
  return passes_elsewhere && unseen.reported_frame == 0 ? unseen.from : Party::none;
}

Audio audio_verdict(const AudioFacts& facts) {
  const AudioDirection& caller = facts.from_caller;
  const AudioDirection& callee = facts.from_callee;
  if (!facts.answered) return Audio::none_known;
  if (is_never_heard(caller) && is_never_heard(callee)) return Audio::none;
  if (!facts.negotiation.negotiated) return Audio::none_known;
  if (caller.streams.empty() && callee.streams.empty()) {
    const bool never_agreed = !facts.negotiation.pairs.empty() && caller.agreed_ns == 0 &&
                              callee.agreed_ns == 0 && !caller.right.at_end && !callee.right.at_end;
    return facts.negotiation.is_held() || never_agreed ? Audio::held : Audio::not_captured;
  }
  const LostToward lost = lost_toward(facts);
  const bool both = lost.caller && lost.callee;
  if (is_never_heard(caller) || is_never_heard(callee)) return both ? Audio::none : Audio::one_way;
  if (is_silent_direction(caller) || is_silent_direction(callee)) return Audio::silent;
  if (caller.verdict.fault != AudioFault::none || callee.verdict.fault != AudioFault::none)
    return Audio::partial;
  if (facts.negotiation.is_held()) return Audio::held;
  if (goes_elsewhere(caller, callee) && goes_elsewhere(callee, caller)) return Audio::not_captured;
  if (caller.right.at_end != callee.right.at_end) return Audio::one_way_agreed;
  if (is_inactive(facts) && caller.streams.empty() != callee.streams.empty()) return Audio::held;
  return unseen_sender(facts) == Party::none ? Audio::two_way : Audio::half_captured;
}

}  // namespace sipladder
