// Private to audio/audio.cc: finds a party that has hung up although no BYE of it came here. Its
// RTP stops and its port closes because the talk is over, so this is no loss of audio.
#pragma once

#include <optional>
#include <vector>

#include "correlate/audio/audio.h"

namespace sipladder {

// Requires `facts` with end_ns and the streams of both directions; verdicts are not needed. nullopt
// when nothing proves that a party ended the call. `view` is used to read a message again.
std::optional<HangUp> hang_up_of(const Model& model, const MediaBinding& media, MessageView& view,
                                 const CallRecord& call, const std::vector<MessageId>& messages,
                                 const AudioFacts& facts);

}  // namespace sipladder
