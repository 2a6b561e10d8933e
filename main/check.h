// The command `check`: findings and assertions as a test that can fail.
#pragma once

#include <string>
#include <vector>

#include "main/baseline.h"
#include "main/options.h"
#include "main/rule_file.h"
#include "query/session.h"

namespace sipladder {

// What the options ask for, understood before a packet is read.
struct CheckPlan {
  Severity fail_on = Severity::error;
  bool fail_on_given = false;
  std::vector<RuleFile> rules;
  Baseline baseline;
};

// A finding, and the baseline entries about it. Pointers refer to the analyst, to RuleFindings and
// to the Baseline.
struct CheckedFinding {
  const Finding* finding = nullptr;
  bool of_rule = false;
  const BaselineEntry* accepted = nullptr;  // the entry that accepts it; null: none
  const BaselineEntry* expired = nullptr;   // an entry that accepted it until it expired
};

struct BrokenCall {
  CallId call;
  bool unknown = false;  // the condition is NULL for this call
};

struct CheckedAssertion {
  std::string condition;
  uint64_t broken = 0;            // how many calls do not fulfil the condition
  std::vector<BrokenCall> first;  // the first of them
};

struct CheckResult {
  std::vector<CheckedFinding> findings;  // at or above --fail-on, the worst first
  uint64_t below = 0;                    // how many findings are below --fail-on
  std::vector<CheckedAssertion> assertions;
  uint64_t calls = 0;                           // how many calls the assertions were asked of
  std::vector<const BaselineEntry*> unmatched;  // entries that fit no finding
  bool has_times = false;

  bool failed() const;
};

// Both return an exit status; mistakes are told on stderr.
int plan_check(const Options& options, CheckPlan* plan);
int print_check(Session& session, const Options& options, const CheckPlan& plan);

// The result in one of the formats of `check`.
void print_check_report(const Session& session, const Options& options, const CheckPlan& plan,
                        const CheckResult& result);

}  // namespace sipladder
