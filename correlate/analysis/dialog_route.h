// Where a party has to send its requests inside a dialog: route set and remote target as they came
// to it (RFC 3261 12.1, 12.2).
//
// Only what passed on the party's own link counts: proxies in between see, and add, something else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

struct DialogRoute {
  std::string target;               // Contact URI of the other side
  std::vector<std::string> routes;  // URIs in the order in which they must be used
  uint32_t frame = 0;               // where it was learned
};

// As `ua` knows it before `time_ns`; nullopt when the message that taught it was not captured.
std::optional<DialogRoute> route_known_to(CallContext& context, EndpointId ua, DialogId dialog,
                                          int64_t time_ns);

enum class RouteFault : uint8_t { none, ignored, wrong_target, not_rewritten };

struct RouteVerdict {
  RouteFault fault = RouteFault::none;
  std::string expected;  // the first difference
  std::string actual;
  uint32_t frame = 0;  // that taught the expected
};

// Of a request inside a dialog as its author sent it. Of one that a proxy sent on: `none`, but of
// an ACK, whose Request-URI must be the Contact of the 2xx that passed on the same link.
RouteVerdict judge_route(CallContext& context, const MessageRecord& request);

}  // namespace sipladder
