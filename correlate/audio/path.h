// Private to audio.cc: of a call without RTP, whether ICE or DTLS shows here that no path opened.
#pragma once

#include <optional>
#include <vector>

#include "correlate/audio/judge.h"

namespace sipladder {

// None when media is here, when a check or a handshake succeeded, or when the path may be one that
// this point does not see. `streams` are those of the call.
std::optional<ClosedPath> closed_path(const AudioCase& audio, const std::vector<StreamId>& streams);

// Sets the fault of both directions; the one of path.from tells it.
void close_path(const Model& model, const ClosedPath& path, AudioFacts* facts);

}  // namespace sipladder
