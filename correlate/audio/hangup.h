// Private to audio.cc: a party that had hung up, though no BYE of it came here. Its RTP stops and
// its port closes because the talk is over for it: the other one is not deaf.
#pragma once

#include <optional>
#include <vector>

#include "correlate/audio/audio.h"

namespace sipladder {

// Asked of a call whose streams are collected, before anything is judged. None when the capture
// shows its BYE, or nothing proves that it ended the call.
std::optional<HangUp> hang_up_of(const Model& model, const MediaBinding& media, MessageView& view,
                                 const CallRecord& call, const std::vector<MessageId>& messages,
                                 const AudioFacts& facts);

}  // namespace sipladder
