// What both parties heard, concluded from the verdicts on each direction: the columns audio and
// audio_lost_toward of table `calls` (docs/schema.md).
//
// Threads: pure functions of the facts, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "correlate/audio/audio.h"

namespace sipladder {

enum class Audio : uint8_t {
  none_known,      // NULL: never answered, or no audio negotiated
  two_way,         // both parties heard each other
  one_way,         // one party never heard the other
  partial,         // each heard something, but a direction came late or stopped
  none,            // neither party heard the other
  silent,          // the RTP of a direction holds nothing to hear
  held,            // on hold at the end, or never allowed to send
  one_way_agreed,  // at the end only one party was allowed to send
  half_captured,   // one direction passes here, the other one is not seen and not confirmed
  not_captured,    // no media of the call passes here, or only a moment of it
};
std::string_view to_string(Audio audio);  // empty for none_known

// The verdict says what both parties heard: it is none of NULL, held, one-way-agreed, half-captured
// and not-captured.
bool is_judged(Audio audio);

// The direction has a fault that kept its receiver from hearing anything at any time. False for
// silence, which arrives, and for audio that was late or that stopped.
bool is_never_heard(const AudioDirection& direction);

Audio audio_verdict(const AudioFacts& facts);
// The party whose audio is not in the capture although it was allowed to send to the end, has no
// fault, and no RTCP confirms it. none when both directions are here, or neither is.
Party unseen_sender(const AudioFacts& facts);
// Who hears nothing of the other party, or not all of it. Both, one or neither can be true.
struct LostToward {
  bool caller = false;
  bool callee = false;
};
LostToward lost_toward(const AudioFacts& facts);

}  // namespace sipladder
