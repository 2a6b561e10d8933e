// A user's finding: a SELECT whose rows are findings (`check --rule FILE.sql`).
//
//   -- code: lab-late-ringing
//   -- severity: warning
//   -- sentence: the phone rings late
//   -- remedy: ...            (may be left out, as may `rule` and `explanation`)
//   SELECT id AS call, pdd_ms FROM calls WHERE pdd_ms > 3000
//
// Columns are taken by name: call (calls.id), frame, code, severity, summary, explanation, remedy.
// Others are told behind the sentence where there is no summary.
#pragma once

#include <deque>
#include <set>
#include <string>

#include "correlate/analysis/analysis.h"
#include "query/table_description.h"

namespace sipladder {

struct RuleFile {
  std::string path;
  std::string code, sentence, explanation, remedy, rule;
  Severity severity = Severity::warning;
  std::string sql;
};

// A sentence when the file is no rule. No packet is needed.
std::string parse_rule(const std::string& path, const std::string& text, RuleFile* rule);

// What rules find. Findings refer to the codes here and to the texts of their rules.
struct RuleFindings {
  std::deque<Finding> findings;
  std::set<std::string, std::less<>> codes;
  std::vector<std::string> notes;  // rules with more rows than are taken
};

// Adds one for each row; a sentence when a row is no finding or the query ends with an error.
std::string run_rule(const RuleFile& rule, Reader& reader, RuleFindings* out);

}  // namespace sipladder
