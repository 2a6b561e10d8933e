// Reads requests of which only the first IP fragments are in the capture: they are no messages, but
// what they asked for is known.
//
// Bounds: kMaxIncompleteSip of them are kept.
#pragma once

#include <optional>

#include "correlate/model/cut_request.h"

namespace sipladder {

// Nullopt when the head is no request with the headers that name its transaction (RFC 3261 17.2.3).
std::optional<CutRequest> cut_request_of(const IncompleteSip& packet);

}  // namespace sipladder
