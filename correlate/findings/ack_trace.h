// How far the ACK for a 2xx comes on its way from hop to hop (RFC 3261 13.2.2.4, 16.11).
#pragma once

#include <string>

#include "correlate/analysis.h"

namespace sipladder {

struct AckTrace {
  TransactionId ack;     // on the hop nearest to the callee that shows one; none: none is seen
  TransactionId invite;  // of that hop, lacking one of the first
  TransactionId beyond;  // of the hop after it, which shows no ACK; none: there is no such hop
};

// Of the 2xx that answered this INVITE transaction, and the hops before.
AckTrace trace_ack(const CallContext& context, TransactionId invite);

// Who sent the INVITE on over the hop beyond got the ACK, and none follows there: a proxy, or a
// NAT, both sides of which are in the capture.
bool is_swallowed(const CallContext& context, const AckTrace& trace);

// The URI to which a swallowed ACK has to go, when that is not where the INVITE went: perhaps by a
// way that is not in the capture. Empty otherwise.
std::string other_way(CallContext& context, const AckTrace& trace);

}  // namespace sipladder
