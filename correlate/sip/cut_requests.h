// Reads requests of which only the first IP fragments are in the capture. They are no messages of
// the model, but their headers tell what they asked for.
//
// Bounds: kMaxIncompleteSip of them are kept.
#pragma once

#include <optional>

#include "correlate/model/cut_request.h"

namespace sipladder {

// nullopt when the head is no request with the headers that name its transaction (RFC 3261 17.2.3).
std::optional<CutRequest> cut_request_of(const IncompleteSip& packet);

}  // namespace sipladder
