// A SIP request of which only the first IP fragments are in the capture.
//
// Lifetime: holds no view.
#pragma once

#include <cstdint>
#include <string>

#include "decode/decoder.h"

namespace sipladder {

struct CutRequest {
  IncompleteSip packet;
  uint64_t transaction_key = 0;  // SipFacts::transaction_key
  std::string method;            // as written
  bool answered = false;         // another message of its transaction is in the capture
};

}  // namespace sipladder
