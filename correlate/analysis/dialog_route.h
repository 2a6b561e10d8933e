// Where a party has to send its requests inside a dialog: the route set and the remote target that
// it learnt (RFC 3261 12.1, 12.2).
//
// Only messages that were delivered to the party itself count: on other hops, proxies add to
// Record-Route or have not added to it yet. Threads: as CallContext, whose view is used.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

struct DialogRoute {
  std::string target;               // Contact URI of the other side
  std::vector<std::string> routes;  // URIs in the order in which they must be used
  uint32_t frame = 0;               // of the message that taught the target
};

// The route that `ua` knows before `time_ns`; nullopt when no message that taught it was captured.
std::optional<DialogRoute> route_known_to(CallContext& context, EndpointId ua, DialogId dialog,
                                          int64_t time_ns);

// ignored: the first Route is not that of the route set. wrong_target: the Request-URI is not the
// remote target. not_rewritten: the first route is a strict router, and the Request-URI is not its
// URI (RFC 3261 12.2.1.1).
enum class RouteFault : uint8_t { none, ignored, wrong_target, not_rewritten };

struct RouteVerdict {
  RouteFault fault = RouteFault::none;
  std::string expected;  // URI of the first difference; empty without a fault
  std::string actual;    // URI that the request has there
  uint32_t frame = 0;    // of the message that taught the route; 0: it is not known
};

// Judges a request inside a dialog as its author sent it. A request that a proxy sent on is not
// judged (`none`), except an ACK, whose Request-URI must be the Contact of the 2xx that passed on
// the same link.
RouteVerdict judge_route(CallContext& context, const MessageRecord& request);

}  // namespace sipladder
