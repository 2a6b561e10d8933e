// Whether a stream, encrypted or not, holds anything to hear.
//
// Threads: any, between two updates of MediaBinding.
#pragma once

#include "correlate/rtp/voice_heard.h"
#include "correlate/session/media_binding.h"

namespace sipladder {

// For a figure. `known` is false for encrypted media without known keys.
Heard voice_heard_in(const MediaBinding& media, const PacketLog& log, StreamId id);
// For a verdict. `audible` is true for media that was not decrypted nearly completely.
Listening listen_to_voice(const MediaBinding& media, const PacketLog& log, StreamId id);
// Digits of the stream's telephone-events; empty when there are none.
std::string digits_of(const MediaBinding& media, StreamId id);

}  // namespace sipladder
