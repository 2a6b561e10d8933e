// What a transfer came to, as its NOTIFYs tell it.
#pragma once

#include "correlate/findings/support.h"
#include "correlate/refer.h"

namespace sipladder {

// The newest final status that a NOTIFY reported (message/sipfrag, RFC 3515 2.4.5); 0 and no
// message when none did.
struct TransferOutcome {
  uint16_t status = 0;
  MessageId told;
};
TransferOutcome outcome_of(CallContext& context, int64_t after_ns);

}  // namespace sipladder
