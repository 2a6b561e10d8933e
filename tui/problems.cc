#include "tui/problems.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/analysis/evidence.h"
#include "export/ladder_text.h"
#include "query/format.h"
#include "query/table_description.h"
#include "tui/text_pane.h"

namespace sipladder {
namespace {

bool is_evidence(const Problem& problem, uint16_t source, uint32_t frame) {
  return frame != 0 && source == problem.source &&
         std::binary_search(problem.evidence.begin(), problem.evidence.end(), frame);
}

// Tells the mask the names of the call's parties, so that it replaces them in the sentences.
void name_parties(const Shared& shared, CallId call) {
  if (!shared.ui->mask.is_on() || !shared.model.calls.holds(call)) return;
  Reader reader(shared.model, shared.log, shared.analyst);
  for (const std::string_view name : {"caller", "callee", "from_uri", "to_uri"}) {
    Value value;
    find_column(kCallsTable, name)->get(reader, {call.value, 0}, value);
    shared.ui->mask.name(plain_text(value));
  }
}

}  // namespace

Problem problem_of(const Shared& shared, const Finding& finding) {
  name_parties(shared, finding.call);
  Problem problem;
  problem.severity = finding.severity;
  problem.code = finding.code;
  problem.summary = shared.ui->mask.sentence(finding.summary);
  problem.explanation = std::string(std::string_view(finding.explanation));
  problem.remedy = std::string(std::string_view(finding.remedy));
  problem.rfc = finding.rfc;
  problem.call = finding.call;
  problem.message = finding.message;
  problem.stream = finding.stream;
  problem.evidence = finding.evidence;
  problem.source = evidence_source(shared.model, finding);
  return problem;
}

std::vector<Problem> problems_of(const Shared& shared, CallId call) {
  std::vector<Problem> problems;
  if (!shared.verdicts || !shared.model.calls.holds(call)) return problems;
  for (const Finding* finding : shared.analyst.of_call(call))
    problems.push_back(problem_of(shared, *finding));
  const std::string_view cause = shared.analyst.of(call).audio_cause;
  std::stable_sort(problems.begin(), problems.end(), [&](const Problem& a, const Problem& b) {
    if ((a.code == cause) != (b.code == cause)) return a.code == cause;
    return a.severity > b.severity;
  });
  return problems;
}

std::vector<size_t> rows_of(const Problem& problem, const Ladder& ladder) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < ladder.rows.size(); i++) {
    const LadderRow& row = ladder.rows[i];
    const bool named = (problem.message && row.message == problem.message) ||
                       (problem.stream && row.stream == problem.stream);
    if (named || is_evidence(problem, row.source, row.frame)) rows.push_back(i);
  }
  return rows;
}

bool proves_any(const std::vector<Problem>& problems, MessageId message,
                const MessageRecord& record) {
  return std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
    return problem.severity != Severity::info &&
           (problem.message == message || is_evidence(problem, record.source, record.frame));
  });
}

size_t first_proof(const Problem& problem, const Ladder& ladder, const std::vector<size_t>& rows) {
  for (const size_t row : rows) {
    if (problem.message && ladder.rows[row].message == problem.message) return row;
  }
  return rows.front();
}

std::string problem_line(const Problem& problem) {
  return fmt::format("{} {}: {}", to_string(problem.severity), problem.code, problem.summary);
}

std::vector<CellLine> problem_text(const Problem& problem, int width) {
  constexpr int kIndent = 2;
  std::vector<CellLine> lines;
  add_wrapped(&lines, problem_line(problem), width, 0, severity_ink(problem.severity));
  const auto part = [&](std::string_view label, const std::string& text) {
    if (text.empty()) return;
    lines.emplace_back();
    add_wrapped(&lines, label, width, 0, Ink::bold);
    add_wrapped(&lines, text, width, kIndent);
  };
  part("Why", problem.explanation);
  part("What to do", problem.remedy);
  part("The rule", problem.rfc);
  std::string frames;
  for (const uint32_t frame : problem.evidence)
    frames += (frames.empty() ? "" : ", ") + std::to_string(frame);
  part("Frames that prove it", frames);
  return lines;
}

}  // namespace sipladder
