// `check`: findings and assertions as a test.
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

// A finding at or above --fail-on, or one below it when a baseline is written.
struct CheckedFinding {
  const Finding* finding = nullptr;
  bool of_rule = false;
  const BaselineEntry* accepted = nullptr;  // by this entry
  const BaselineEntry* expired = nullptr;   // accepted once
};

struct BrokenCall {
  CallId call;
  bool unknown = false;  // the condition is NULL
};

struct CheckedAssertion {
  std::string condition;
  uint64_t broken = 0;  // calls of which it does not hold
  std::vector<BrokenCall> first;
};

struct CheckResult {
  std::vector<CheckedFinding> findings;  // worst first
  uint64_t below = 0;                    // --fail-on
  std::vector<CheckedAssertion> assertions;
  uint64_t calls = 0;                           // that they were asked of
  std::vector<const BaselineEntry*> unmatched;  // name nothing that was found
  bool has_times = false;

  bool failed() const;
};

int plan_check(const Options& options, CheckPlan* plan);
int print_check(Session& session, const Options& options, const CheckPlan& plan);

// The result in one of the formats of `check`.
void print_check_report(const Session& session, const Options& options, const CheckPlan& plan,
                        const CheckResult& result);

}  // namespace sipladder
