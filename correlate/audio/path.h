// Private to audio/: of a call without RTP, whether ICE or DTLS shows here that no path opened.
#pragma once

#include <optional>
#include <vector>

#include "correlate/audio/judge.h"

namespace sipladder {

// None when media is here, when a check or a handshake succeeded, or when the path may be one that
// this point does not see. `streams` are those of the call.
std::optional<ClosedPath> closed_path(const AudioCase& audio, const std::vector<StreamId>& streams);

// The fault of both directions: all that was tried goes from a public network into a private one,
// or is rejected, or nothing answers.
AudioFault fault_of(const Model& model, const ClosedPath& path);

}  // namespace sipladder
