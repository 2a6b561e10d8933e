// What both parties heard, concluded from the verdicts on each direction: SCHEMA's calls.audio and
// calls.audio_lost_toward.
//
// Pure functions of the facts, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "correlate/audio/audio.h"

namespace sipladder {

enum class Audio : uint8_t {
  none_known,  // NULL: never answered, or no audio negotiated
  two_way,
  one_way,
  partial,
  none,
  silent,
  held,
  one_way_agreed,
  half_captured,  // one direction passes here, the other one where nobody saw it
  not_captured,
};
std::string_view to_string(Audio audio);  // empty for none_known

// The media of both directions is here, and tells what both heard.
bool is_judged(Audio audio);

// Its receiver never heard anything of it, for whatever reason.
bool is_never_heard(const AudioDirection& direction);

Audio audio_verdict(const AudioFacts& facts);
// The party whose audio was agreed to the end, passes elsewhere and is confirmed by nobody; none
// when both directions are here, or neither is.
Party unseen_sender(const AudioFacts& facts);
// Who hears nothing, or not all of it: none, one of them, or both.
struct LostToward {
  bool caller = false;
  bool callee = false;
};
LostToward lost_toward(const AudioFacts& facts);

}  // namespace sipladder
