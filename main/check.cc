#include "main/check.h"

#include <algorithm>
#include <map>

#include "main/output.h"
#include "main/print.h"
#include "main/selection.h"
#include "main/severity_option.h"
#include "main/text_file.h"
#include "query/call_choice.h"

namespace sipladder {
namespace {

// An assertion that is NULL, because a value is not known, counts as broken.
std::string broken_condition(const std::string& condition) {
  return "(" + condition + "\n) IS NOT TRUE";
}

// The findings of the program and of rules together, the worst first.
std::vector<CheckedFinding> all_findings(const std::vector<const Finding*>& found,
                                         const RuleFindings& of_rules) {
  std::vector<CheckedFinding> all;
  for (const Finding* finding : found) all.push_back({finding, false, nullptr, nullptr});
  for (const Finding& finding : of_rules.findings)
    all.push_back({&finding, true, nullptr, nullptr});
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.finding->severity > b.finding->severity;
  });
  return all;
}

class Checker {
 public:
  Checker(Session& session, const CheckPlan& plan, const std::vector<CallId>* chosen)
      : session_(session),
        plan_(plan),
        reader_(session.model, session.log, session.analyst),
        view_(session.log) {
    reader_.choose(chosen);
    matched_.resize(plan.baseline.entries().size());
    for (const SourceInfo& info : session.model.captures) result.has_times |= info.has_times;
  }

  std::string run(const std::vector<std::string>& assertions) {
    std::string error;
    const auto found = chosen_findings(session_, reader_, "", &error);
    for (const RuleFile& rule : plan_.rules) {
      if (error.empty()) error = run_rule(rule, reader_, &of_rules_);
    }
    for (const std::string& note : of_rules_.notes) complain(note);
    if (!error.empty()) return error;
    all = all_findings(found, of_rules_);
    for (CheckedFinding& one : all) {
      accept(&one);
      if (one.finding->severity < plan_.fail_on) {
        result.below++;
      } else {
        result.findings.push_back(one);
      }
    }
    note_unmatched();
    return check_assertions(assertions);
  }

  std::vector<BaselineEntry> new_baseline() {
    std::vector<BaselineEntry> entries;
    std::map<std::string, size_t> places;  // in `entries`, by finding and severity
    for (const CheckedFinding& one : all) {
      if (plan_.fail_on_given && one.finding->severity < plan_.fail_on) continue;
      BaselineEntry entry;
      entry.about = identity(one);
      entry.severity = one.finding->severity;
      const auto place = places.try_emplace(
          identity_key(entry.about) + std::string(to_string(*entry.severity)), entries.size());
      if (!place.second) continue;
      entry.summary = one.finding->summary;
      const BaselineEntry* const known = one.accepted != nullptr ? one.accepted : one.expired;
      if (known != nullptr) entry.reason = known->reason;
      if (one.accepted != nullptr) entry.expires = known->expires;
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  CheckResult result;
  std::vector<CheckedFinding> all;

 private:
  FindingIdentity identity(const CheckedFinding& one) {
    return identity_of(*one.finding, session_.model, view_, one.of_rule);
  }

  void accept(CheckedFinding* one) {
    if (plan_.baseline.entries().empty()) return;
    // Times of a log without times are made up: by them nothing expires.
    const int64_t now_ns = result.has_times ? session_.model.now_ns : 0;
    for (const size_t place : plan_.baseline.naming(identity(*one), now_ns)) {
      const BaselineEntry& entry = plan_.baseline.entries()[place];
      if (entry.severity && one->finding->severity > *entry.severity) continue;
      matched_[place] = true;
      const bool expired = Baseline::is_expired(entry, now_ns);
      if (!expired) one->accepted = &entry;
      if (expired && one->accepted == nullptr) one->expired = &entry;
    }
  }

  void note_unmatched() {
    for (size_t i = 0; i < matched_.size(); i++) {
      if (!matched_[i]) result.unmatched.push_back(&plan_.baseline.entries()[i]);
    }
  }

  std::string check_assertions(const std::vector<std::string>& assertions) {
    constexpr size_t kTold = 10;
    Database database(reader_);
    std::string error = database.run(
        "SELECT count(*) FROM calls", [](const auto&) {},
        [&](const std::vector<Value>& values) {
          result.calls = static_cast<uint64_t>(values[0].integer);
          return true;
        });
    for (const std::string& condition : assertions) {
      CheckedAssertion assertion{condition, 0, {}};
      if (error.empty()) {
        error = database.run(
            "SELECT id, (" + condition + "\n) IS NULL FROM calls WHERE " +
                broken_condition(condition),
            [](const auto&) {},
            [&](const std::vector<Value>& values) {
              const CallId call{static_cast<uint32_t>(values[0].integer)};
              if (assertion.broken++ < kTold)
                assertion.first.push_back({call, values[1].integer != 0});
              return true;
            });
      }
      if (!error.empty()) return "--assert " + condition + ": " + error;
      result.assertions.push_back(std::move(assertion));
    }
    return error;
  }

  Session& session_;
  const CheckPlan& plan_;
  Reader reader_;
  MessageView view_;
  RuleFindings of_rules_;
  std::vector<bool> matched_;
};

int write_baseline(const Options& options, Checker& checker) {
  const auto entries = checker.new_baseline();
  const std::string wrong = write_text_file(options.write_baseline, baseline_text(entries));
  if (wrong.empty()) return kDone;
  complain(wrong);
  return kUnwritable;
}

int refused(const std::string& sentence, int status) {
  complain(sentence);
  return status;
}

}  // namespace

bool CheckResult::failed() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const auto& one) { return one.accepted == nullptr; }) ||
         std::any_of(assertions.begin(), assertions.end(),
                     [](const auto& one) { return one.broken > 0; });
}

int plan_check(const Options& options, CheckPlan* plan) {
  plan->fail_on_given = !options.fail_on.empty();
  if (plan->fail_on_given) plan->fail_on = *parse_severity(options.fail_on);
  for (const std::string& condition : options.asserts) {
    const std::string wrong =
        mistake_in_condition("SELECT id FROM calls WHERE " + broken_condition(condition));
    if (!wrong.empty()) return refused("--assert " + condition + ": " + wrong, kUsage);
  }
  for (const std::string& path : options.rules) {
    std::string text;
    if (const std::string wrong = read_text_file(path, &text); !wrong.empty())
      return refused("--rule " + wrong, kUnreadable);
    plan->rules.emplace_back();
    if (const std::string wrong = parse_rule(path, text, &plan->rules.back()); !wrong.empty())
      return refused("--rule " + wrong, kUsage);
  }
  if (options.baseline.empty()) return kDone;
  std::string text;
  if (const std::string wrong = read_text_file(options.baseline, &text); !wrong.empty())
    return refused("--baseline " + wrong, kUnreadable);
  const std::string wrong = plan->baseline.parse(options.baseline, text);
  return wrong.empty() ? int{kDone} : refused("--baseline " + wrong, kUsage);
}

int print_check(Session& session, const Options& options, const CheckPlan& plan) {
  const ChosenCalls chosen(session, options);
  Checker checker(session, plan, chosen.get());
  if (const std::string error = checker.run(options.asserts); !error.empty())
    return refused(error, kUsage);
  if (!options.write_baseline.empty()) return write_baseline(options, checker);
  print_check_report(session, options, plan, checker.result);
  return checker.result.failed() ? kFailed : kDone;
}

}  // namespace sipladder
