// A 2xx to INVITE that is repeated because no ACK comes to its sender (RFC 3261 13.3.1.4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/dialog_route.h"
#include "correlate/findings/shared/ack_trace.h"

namespace sipladder {

// Copies of a 2xx that prove a missing ACK. Fewer can be one lost ACK, or the capture ends before
// it.
inline constexpr int kCopiesWithoutAck = 4;

// The 2xx of one fork, as one hop shows it.
struct Repeated2xx {
  TransactionId invite;
  DialogId dialog;
  std::vector<MessageId> copies;  // oldest first
  AckTrace trace;
};

// Time from the first copy to the last one.
int64_t span_of(const CallContext& context, const Repeated2xx& repeated);

// The 2xx of the call that is repeated most without an ACK, as the hop nearest to its sender shows
// it. nullopt when every 2xx is acknowledged.
std::optional<Repeated2xx> unacknowledged_2xx(const CallContext& context);

// Judges the ACK by the route set and remote target, on the first hop that shows it. Without an ACK
// the verdict has no fault.
RouteVerdict judge_ack(CallContext& context, const Repeated2xx& repeated);

// "sent 11 times in 31.5 s". The frames of the copies become evidence.
std::string repeats_text(const CallContext& context, const Repeated2xx& repeated, Finding* finding);
// "; the callee sends BYE after 32.1 s, when 64*T1 are over", with the frame of the BYE as
// evidence. Empty when the dialog did not end after the last copy.
std::string ending_text(CallContext& context, const Repeated2xx& repeated, Finding* finding);

}  // namespace sipladder
