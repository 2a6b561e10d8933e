// A request on its way from hop to hop: which host got it and did not send it on, or did not pass
// on the response.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "correlate/findings/shared/support.h"

namespace sipladder {

inline constexpr int kMaxForwards = 70;  // most hops of a request (RFC 3261 8.1.1.6)

// The hops of one call. Construction walks all its transactions, so make one only when there is
// something to explain. `context` must outlive it.
class Hops {
 public:
  explicit Hops(const CallContext& context);

  // Those of `failed` (ascending) whose next hops are not among `failed`.
  std::vector<TransactionId> last_of(const std::vector<TransactionId>& failed) const;

  // Adds the frames of the request on the hops before, as far as it was left unanswered there too.
  void add_copies_before(TransactionId id, Finding* finding) const;

  // Why nothing came back on this hop, as far as the next hops tell; their frames become evidence.
  // Empty when the capture does not show what the receiver sends on.
  std::string what_became_of(TransactionId id, Finding* finding) const;

 private:
  const CallContext& context_;
  std::multimap<TransactionId, TransactionId> after_;
  std::set<std::pair<EndpointId, EndpointId>> forwards_;  // links whose requests are sent on here
};

}  // namespace sipladder
