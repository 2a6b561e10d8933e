// The outcome of a transfer, as its NOTIFYs tell it (RFC 3515).
#pragma once

#include <vector>

#include "correlate/findings/shared/support.h"
#include "correlate/sip/refer.h"

namespace sipladder {

// A final status that a NOTIFY reported (message/sipfrag, RFC 3515 2.4.5).
struct TransferOutcome {
  int64_t time_ns = 0;
  uint16_t status = 0;
  MessageId told;  // the NOTIFY
};

// The outcomes that the NOTIFYs of a call tell. The NOTIFYs are read once, at construction, however
// many REFERs ask.
class TransferOutcomes {
 public:
  explicit TransferOutcomes(CallContext& context);

  // The newest outcome at or after that time; status 0 and no message when there is none.
  TransferOutcome after(int64_t time_ns) const;

 private:
  void add(const TransferOutcome& outcome);
  std::vector<TransferOutcome> newest_;  // their times descend
};

}  // namespace sipladder
