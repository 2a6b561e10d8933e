// Whether a stream holds anything to hear, be it encrypted with keys of its SDP.
//
// Threads: any, as of MediaBinding.
#pragma once

#include "correlate/rtp/voice_heard.h"
#include "correlate/session/media_binding.h"

namespace sipladder {

// For a figure. Not known of encrypted media whose keys are not here.
Heard voice_heard_in(const MediaBinding& media, const PacketLog& log, StreamId id);
// For a verdict. Encrypted media whose keys are not here may be audible.
Listening listen_to_voice(const MediaBinding& media, const PacketLog& log, StreamId id);
// Digits of its telephone-events; empty when there are none.
std::string digits_of(const MediaBinding& media, StreamId id);

}  // namespace sipladder
