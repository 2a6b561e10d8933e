// How far the ACK for a 2xx comes on its way from hop to hop (RFC 3261 13.2.2.4, 16.11).
#pragma once

#include <string>

#include "correlate/analysis/analysis.h"

namespace sipladder {

struct AckTrace {
  TransactionId ack;     // the ACK on the hop nearest to the callee that shows one; may be none
  TransactionId invite;  // the INVITE of that hop; without an ACK, that of the first hop
  TransactionId beyond;  // the INVITE of the next hop, which shows no ACK; may be none
};

// Traces the ACK for a 2xx from the hop of `invite` back towards the caller. `dialog` is the fork
// whose 2xx it is, as that hop names it. Bounds: kMaxForwards hops.
AckTrace trace_ack(const CallContext& context, TransactionId invite, DialogId dialog);

// The dialog of a 2xx as `hop` names it; `after` is its dialog on the next hop. They differ where a
// B2BUA changes tags. Requires a hop with a final response.
DialogId dialog_on(const CallContext& context, TransactionId hop, DialogId after);

// The host that sent the INVITE on over the hop `beyond` got the ACK and does not send it on: a
// proxy, or a NAT whose two sides are in the capture.
bool is_swallowed(const CallContext& context, const AckTrace& trace);

// The URI to which a swallowed ACK has to go, if that is another host than the INVITE went to. Then
// it may have gone there by a way that is not in the capture. Empty otherwise. Requires
// is_swallowed().
std::string other_way(CallContext& context, const AckTrace& trace);

}  // namespace sipladder
