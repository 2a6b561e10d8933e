// What `nat` tells: rows of the tables endpoints, vias and findings, joined, the worst first.
//
// Lifetime: findings point into the session's analyst.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "main/options.h"
#include "main/print.h"
#include "query/database.h"

namespace sipladder {

struct NatRows {
  std::vector<ResultColumn> columns;
  std::vector<std::vector<Value>> rows;

  const Value& at(size_t row, std::string_view column) const;
  int64_t number(size_t row, std::string_view column) const;    // 0 for NULL
  std::string text(size_t row, std::string_view column) const;  // as one line; empty for NULL
  // "192.0.2.1:5060", without the port where there is none.
  std::string place(size_t row, std::string_view address, std::string_view port) const;
};

struct NatReport {
  NatRows endpoints;  // rows of `endpoints`, with registrations, moves, faults and the worst code
  NatRows hops;       // rows of `vias`, those that are alike once, with a verdict
  std::vector<const Finding*> findings;

  size_t behind_nat() const;
  size_t told_by_vias() const;  // behind one that is not in the capture, as a proxy wrote it down
  size_t with_faults() const;
  // No NAT, and nothing that only matters where there is one.
  bool is_without_nat() const;
  // Sentences; one when there is no NAT.
  std::vector<std::string> summary() const;
};

// A sentence in *error when --where is no condition.
NatReport nat_report(Session& session, const Options& options, const ChosenCalls& chosen,
                     std::string* error);

}  // namespace sipladder
