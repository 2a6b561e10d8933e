// What `nat` tells: rows of the tables endpoints, vias and findings, joined, the worst first.
//
// Lifetime: findings point into the session's analyst.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "main/nat_rows.h"
#include "main/options.h"
#include "main/print.h"

namespace sipladder {

struct NatReport {
  std::vector<std::string> summary;  // sentences; one when there is no NAT
  bool without_nat = false;          // and nothing that only matters where there is one
  NatRows endpoints;  // rows of `endpoints`, with registrations, moves, faults and the worst code
  NatRows hops;       // rows of `vias`, those that are alike once, with a verdict
  std::vector<const Finding*> findings;
};

// At most --limit of each part, and a summary of all. A sentence in *error when a query fails.
NatReport nat_report(Session& session, const Options& options, const ChosenCalls& chosen,
                     std::string* error);

// Fills summary and without_nat of a report whose other parts are there.
void summarize(NatReport* report);

}  // namespace sipladder
