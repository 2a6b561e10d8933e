// The report of `nat`: rows of the tables endpoints, vias and findings, joined, the worst first.
//
// Lifetime: `findings` point into the session's analyst.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "main/nat_rows.h"
#include "main/options.h"
#include "main/print.h"

namespace sipladder {

struct NatReport {
  std::vector<std::string> summary;  // sentences; only one when there is no NAT
  bool without_nat = false;          // no NAT, and no fault that only matters where there is one
  NatRows endpoints;  // rows of `endpoints`, with registrations, moves, faults and the worst code
  NatRows hops;       // rows of `vias` with a verdict; of several alike, one row
  std::vector<const Finding*> findings;
};

// Each part has at most --limit rows; the summary is about all. *error: a sentence when a query
// fails.
NatReport nat_report(Session& session, const Options& options, const ChosenCalls& chosen,
                     std::string* error);

// Fills `summary` and `without_nat` from the other parts of the report.
void summarize(NatReport* report);

}  // namespace sipladder
