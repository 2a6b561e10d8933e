// Private to audio/: of a call without RTP, whether ICE (RFC 8445) or DTLS (RFC 5764) shows that no
// path for the media was opened.
#pragma once

#include <optional>
#include <vector>

#include "correlate/audio/judge.h"

namespace sipladder {

// nullopt when media is here, when a check or a handshake succeeded, or when the path that opened
// may be one that this point does not see. `streams` are those of the call.
std::optional<ClosedPath> closed_path(const AudioCase& audio, const std::vector<StreamId>& streams);

// The fault of both directions: srtp_mismatch when DTLS failed, private_address when all checks go
// from public addresses to private ones, icmp_unreachable when they are rejected, else no_rtp.
AudioFault fault_of(const Model& model, const ClosedPath& path);

}  // namespace sipladder
