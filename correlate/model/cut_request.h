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
  uint64_t transaction_key = 0;
  std::string method;     // as written
  bool answered = false;  // a response to it is in the capture
};

}  // namespace sipladder
