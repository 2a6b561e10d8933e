// How far the ACK for a 2xx comes on its way from hop to hop (RFC 3261 13.2.2.4, 16.11).
#pragma once

#include <string>

#include "correlate/analysis/analysis.h"

namespace sipladder {

struct AckTrace {
  TransactionId ack;     // on the hop nearest to the callee that shows one; none: none is seen
  TransactionId invite;  // of that hop, lacking one of the first
  TransactionId beyond;  // of the hop after it, which shows no ACK; none: there is no such hop
};

// Of the 2xx with which this fork answered this INVITE transaction, and the hops before.
AckTrace trace_ack(const CallContext& context, TransactionId invite, DialogId dialog);

// The dialog of a 2xx on a hop that has a final response, by its name on the hop after: a B2BUA may
// change tags.
DialogId dialog_on(const CallContext& context, TransactionId hop, DialogId after);

// Who sent the INVITE on over the hop beyond got the ACK, and none follows there: a proxy, or a
// NAT, both sides of which are in the capture.
bool is_swallowed(const CallContext& context, const AckTrace& trace);

// The URI to which a swallowed ACK has to go, when that is not where the INVITE went: perhaps by a
// way that is not in the capture. Empty otherwise.
std::string other_way(CallContext& context, const AckTrace& trace);

}  // namespace sipladder
