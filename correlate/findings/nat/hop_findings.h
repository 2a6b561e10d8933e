// Findings about hops of the NAT audit: a pair of hosts does the same with every request, so it is
// told once, with the first example and the number of the others.
#pragma once

#include <functional>

#include "correlate/findings/shared/support.h"
#include "correlate/nat/hop_rules.h"

namespace sipladder {

struct HopGroup {
  const ViaHop* example = nullptr;  // the first of the worst
  std::vector<const ViaHop*> hops;
  Severity severity = Severity::info;
};

// The hops that are `wanted`, by the client's address, its sent-by and its server. `severity` tells
// what each one is worth; the worst counts.
std::vector<HopGroup> group_hops(const NatAudit& nat, bool (*wanted)(const ViaHop&),
                                 Severity (*severity)(const ViaHop&));

// One finding of the group: its call, proof and evidence. When its hops were repeated, their calls
// are explained by it.
Finding finding_of(const CaptureContext& context, const Detector& detector, const HopGroup& group);

std::string server_text(const Endpoint& server);  // "the server" where a log has no address
std::string via_text(const ViaHop& hop);          // "192.168.20.10:5060"
std::string request_text(const CaptureContext& context, const ViaHop& hop);  // "REGISTER (frame 3)"
// "; REGISTER is repeated 3 times", empty when it is not.
std::string repeats_text(const CaptureContext& context, const ViaHop& hop);
// "; 4 requests in all", empty for one.
std::string others_text(const HopGroup& group);

}  // namespace sipladder
