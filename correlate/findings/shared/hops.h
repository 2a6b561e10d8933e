// A request on its way from hop to hop: who got it and did not send it on, or did not pass on what
// came back.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "correlate/findings/shared/support.h"

namespace sipladder {

inline constexpr int kMaxForwards = 70;  // hops of a request (RFC 3261 8.1.1.6)

// Of one call. Gathered when made: only when there is something to explain.
class Hops {
 public:
  explicit Hops(const CallContext& context);

  // Those of `failed` (ascending) that failed on no hop after.
  std::vector<TransactionId> last_of(const std::vector<TransactionId>& failed) const;

  // The same request on the hops before, where it was left unanswered too.
  void add_copies_before(TransactionId id, Finding* finding) const;

  // Why nothing came back on this hop, as far as the hops after it tell; what proves it becomes
  // evidence. Empty when the capture does not show what its receiver sends on.
  std::string what_became_of(TransactionId id, Finding* finding) const;

 private:
  const CallContext& context_;
  std::multimap<TransactionId, TransactionId> after_;
  std::set<std::pair<EndpointId, EndpointId>> forwards_;  // links whose requests are seen to go on
};

}  // namespace sipladder
