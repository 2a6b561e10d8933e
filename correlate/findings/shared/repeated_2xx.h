// A 2xx to INVITE that is repeated because no ACK comes to whoever sent it (RFC 3261 13.3.1.4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/dialog_route.h"
#include "correlate/findings/shared/ack_trace.h"

namespace sipladder {

// One fork's 2xx on one hop.
struct Repeated2xx {
  TransactionId invite;
  DialogId dialog;
  std::vector<MessageId> copies;  // oldest first
  AckTrace trace;
};

int64_t span_of(const CallContext& context, const Repeated2xx& repeated);

// The one that is repeated most, on the hop nearest to who repeats it.
std::optional<Repeated2xx> unacknowledged_2xx(const CallContext& context);

// Whether its ACK left route set or remote target where the capture shows it first; `none` without
// an ACK.
RouteVerdict judge_ack(CallContext& context, const Repeated2xx& repeated);

// "sent 11 times in 31.5 s", "the callee hangs up 32.1 s after its 200, at the end of 64*T1": what
// became of the dialog. Their frames become evidence.
std::string repeats_text(const CallContext& context, const Repeated2xx& repeated, Finding* finding);
std::string ending_text(CallContext& context, const Repeated2xx& repeated, Finding* finding);

}  // namespace sipladder
