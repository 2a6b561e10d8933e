// A user's finding: a SELECT whose rows are findings (`check --rule FILE.sql`).
//
//   -- code: lab-late-ringing
//   -- severity: warning
//   -- sentence: the phone rings late
//   -- remedy: ...            (may be left out, as may `rule` and `explanation`)
//   SELECT id AS call, pdd_ms FROM calls WHERE pdd_ms > 3000
//
// Columns are taken by name: call (calls.id), frame, code, severity, summary, explanation, remedy.
// When there is no summary, other columns are appended to the sentence.
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

// Reads `text`, the content of the file at `path`. A sentence when it is no rule.
std::string parse_rule(const std::string& path, const std::string& text, RuleFile* rule);

// The findings of rules. They refer to `codes` and to the texts of their RuleFile, which must
// outlive them.
struct RuleFindings {
  std::deque<Finding> findings;
  std::set<std::string, std::less<>> codes;
  std::vector<std::string> notes;  // sentences about rules with more rows than are taken
};

// Adds a finding for each row. A sentence when a row is no finding, or the query fails.
std::string run_rule(const RuleFile& rule, Reader& reader, RuleFindings* out);

}  // namespace sipladder
