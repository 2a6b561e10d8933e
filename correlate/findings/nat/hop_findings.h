// Findings about hops of the NAT audit. A client and a server break a rule with every request, so
// the fault is told once for them, with the first example and the number of the others.
#pragma once

#include <functional>

#include "correlate/findings/shared/support.h"
#include "correlate/nat/hop_rules.h"

namespace sipladder {

struct HopGroup {
  const ViaHop* example = nullptr;  // the first hop with the group's severity
  std::vector<const ViaHop*> hops;  // all of the group; they belong to the NatAudit
  Severity severity = Severity::info;
};

// Groups the `wanted` hops by the client's address, its sent-by and its server. `severity` is asked
// of each hop; a group has the highest. One repeated request is not held against a hop where
// another hop of the group shows that the fault does no harm. The pointers are valid until
// NatAudit::update().
std::vector<HopGroup> group_hops(const NatAudit& nat, bool (*wanted)(const ViaHop&),
                                 Severity (*severity)(const ViaHop&));

// A finding about the group, with the call, message and evidence of the example. It explains the
// calls of the hops whose request was repeated, unless it is an info.
Finding finding_of(const CaptureContext& context, const Detector& detector, const HopGroup& group);

std::string server_text(const Endpoint& server);  // "the server" where a log has no address
std::string via_text(const ViaHop& hop);          // "192.168.20.10:5060"
std::string request_text(const CaptureContext& context, const ViaHop& hop);  // "REGISTER (frame 3)"
// "; the REGISTER is repeated 3 times all the same", empty when it is not repeated.
std::string repeats_text(const CaptureContext& context, const ViaHop& hop);
// "; 4 requests show this", empty for one.
std::string others_text(const HopGroup& group);

}  // namespace sipladder
