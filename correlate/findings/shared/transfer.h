// What a transfer came to, as its NOTIFYs tell it.
#pragma once

#include <vector>

#include "correlate/findings/shared/support.h"
#include "correlate/sip/refer.h"

namespace sipladder {

// A final status that a NOTIFY reported (message/sipfrag, RFC 3515 2.4.5).
struct TransferOutcome {
  int64_t time_ns = 0;
  uint16_t status = 0;
  MessageId told;
};

// Of a call, so that each REFER finds the newest that came after it: the NOTIFYs are read once,
// whatever their number.
class TransferOutcomes {
 public:
  explicit TransferOutcomes(CallContext& context);

  // The newest of those from then on; status 0 and no message: there is none.
  TransferOutcome after(int64_t time_ns) const;

 private:
  void add(const TransferOutcome& outcome);
  std::vector<TransferOutcome> newest_;  // their times descend
};

}  // namespace sipladder
