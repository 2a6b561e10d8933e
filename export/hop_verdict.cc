#include "export/hop_verdict.h"

#include "correlate/nat/hop_rules.h"

namespace sipladder {

std::string_view hop_verdict(const ViaHop& hop) {
  switch (headline_of(hop)) {
    case HopFault::foreign_via:
      return "the answer has another Via on top";
    case HopFault::misrouted:
      return "the answer went elsewhere";
    case HopFault::rport_missing:
      return "rport was not asked for";
    case HopFault::unreachable:
      return "nobody is where the Via sends the answer";
    case HopFault::response_source:
      return "the answer came from elsewhere";
    case HopFault::received_wrong:
      return "received is wrong";
    case HopFault::received_missing:
      return "received is missing";
    case HopFault::rport_unfilled:
      return "rport was left empty";
    case HopFault::none:
      break;
  }
  if (!hop.is_answered()) return kUnansweredHop;
  return hop.repeats == 0 ? kFineHop : std::string_view("repeated although answered");
}

}  // namespace sipladder
