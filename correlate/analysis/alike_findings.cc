#include "correlate/analysis/alike_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace sipladder {
namespace {

constexpr size_t kMany = 10;
constexpr size_t kExamples = 3;
constexpr size_t kFrames = 10;

bool belongs_to_no_call(const Model& model, const Finding& finding) {
  return finding.call && model.calls[finding.call].id_hash == 0;
}

// The code tells of a stack's habit, which is the same in each of its calls. A warning with another
// code tells what went wrong in one call, and is told for each.
bool is_about_a_rule(std::string_view code) {
  return code.starts_with("msg-") || code.starts_with("sdp-") || code == "dialog-tag-missing" ||
         code == "dialog-cseq-order" || code == "txn-branch-reused" || code == "txn-oversize-udp" ||
         code == "txn-auth-weak";
}

using Kind = std::tuple<std::string_view, Severity, bool>;

std::optional<Kind> kind_of(const Model& model, const Finding& finding) {
  const bool nameless = belongs_to_no_call(model, finding);
  const bool tells_of_call = finding.call && finding.explains.empty();
  const bool counts =
      finding.severity == Severity::info ||
      (finding.severity == Severity::warning && (nameless || is_about_a_rule(finding.code)));
  if (!tells_of_call || !counts) return std::nullopt;
  return Kind{finding.code, finding.severity, nameless};
}

std::string calls_text(const std::vector<const Finding*>& alike) {
  std::vector<CallId> calls;
  for (const Finding* finding : alike) {
    if (calls.empty() || calls.back() != finding->call) calls.push_back(finding->call);
  }
  std::string text = calls.size() == 1 ? "call " : "calls ";
  const size_t shown = std::min(calls.size(), kExamples);
  for (size_t i = 0; i < shown; i++) text += (i == 0 ? "" : ", ") + std::to_string(calls[i].value);
  if (calls.size() > shown) text += fmt::format(" and {} more", calls.size() - shown);
  return text;
}

Finding merged_of(const std::vector<const Finding*>& alike) {
  Finding finding = *alike.front();
  finding.call = {};
  finding.dialog = {};
  finding.txn = {};
  finding.stream = {};
  finding.evidence.clear();
  for (const Finding* one : alike) {
    finding.confidence = std::min(finding.confidence, one->confidence);
    if (!one->evidence.empty() && finding.evidence.size() < kFrames)
      finding.evidence.push_back(one->evidence.front());
  }
  std::sort(finding.evidence.begin(), finding.evidence.end());
  finding.evidence.erase(std::unique(finding.evidence.begin(), finding.evidence.end()),
                         finding.evidence.end());
  finding.summary = fmt::format("{} times, in {}; the first: {}", alike.size(), calls_text(alike),
                                alike.front()->summary);
  return finding;
}

}  // namespace

std::vector<const Finding*> merge_alike(const Model& model,
                                        const std::vector<const Finding*>& findings,
                                        std::vector<Finding>* merged) {
  merged->clear();
  std::map<Kind, std::vector<const Finding*>> kinds;
  for (const Finding* finding : findings) {
    if (const auto kind = kind_of(model, *finding)) kinds[*kind].push_back(finding);
  }
  const auto is_many = [&](const Kind& kind, size_t count) {
    return count > (std::get<bool>(kind) ? 1 : kMany);
  };
  for (const auto& [kind, alike] : kinds) {
    if (is_many(kind, alike.size())) merged->push_back(merged_of(alike));
  }
  std::vector<const Finding*> told;
  for (const Finding* finding : findings) {
    const auto kind = kind_of(model, *finding);
    if (!kind || !is_many(*kind, kinds.at(*kind).size())) told.push_back(finding);
  }
  for (const Finding& finding : *merged) told.push_back(&finding);
  return told;
}

}  // namespace sipladder
