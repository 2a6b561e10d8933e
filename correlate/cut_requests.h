// SIP requests of which only the first IP fragments are in the capture: they are no messages, but
// what they asked for is known.
//
// Lifetime: holds no view. Bounds: kMaxIncompleteSip of them are kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "correlate/sip_facts.h"
#include "decode/decoder.h"

namespace sipladder {

struct CutRequest {
  IncompleteSip packet;
  uint64_t transaction_key = 0;
  std::string method;     // as written
  bool answered = false;  // a response to it is in the capture
};

// Null when the head is no request with the headers that name its transaction (RFC 3261 17.2.3).
std::optional<CutRequest> cut_request_of(const IncompleteSip& packet);

}  // namespace sipladder
