#include "correlate/analysis/finding_relations.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <utility>

namespace sipladder {
namespace {

// What a finding is about: its stream; without one, its request, which is the same at any hop.
struct Matter {
  StreamId stream;
  Method method = Method::unknown;
  uint32_t cseq = 0;
  bool of_request = false;
  bool operator==(const Matter&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const Matter& m) {
    return H::combine(std::move(h), m.stream.value, m.method, m.cseq, m.of_request);
  }
};

Matter matter_of(const Model& model, const Finding& finding) {
  Matter matter;
  matter.stream = finding.stream;
  if (finding.stream || !finding.txn) return matter;
  const TransactionRecord& txn = model.transactions[finding.txn];
  matter.method = txn.method;
  matter.cseq = txn.cseq;
  matter.of_request = true;
  return matter;
}

// Detectors whose findings explain a finding with code `symptom` about the same matter.
const std::vector<const Detector*>& explaining(std::string_view symptom) {
  static const auto all = [] {
    absl::flat_hash_map<std::string_view, std::vector<const Detector*>> by_symptom;
    for (const Detector* detector : detectors())
      for (const std::string_view code : detector->relations.of_same)
        by_symptom[code].push_back(detector);
    return by_symptom;
  }();
  static const std::vector<const Detector*> kNone;
  const auto found = all.find(symptom);
  return found == all.end() ? kNone : found->second;
}

// The source has the times that a finding with this code needs.
bool can_carry(const SourceInfo& source, std::string_view code) {
  const TimeNeed need = relations_of(code).needs;
  if (!source.has_times) return need == TimeNeed::none;
  return !source.whole_seconds || need != TimeNeed::fractions;
}

}  // namespace

const Relations& relations_of(std::string_view code) {
  const auto& all = detectors();
  const auto found =
      std::lower_bound(all.begin(), all.end(), code,
                       [](const Detector* a, std::string_view b) { return a->code < b; });
  return (*found)->relations;
}

bool names(const std::vector<std::string_view>& codes, const Finding& finding) {
  return std::find(codes.begin(), codes.end(), finding.code) != codes.end();
}

void drop_explained(const Model& model, std::vector<Finding>* findings) {
  if (findings->size() < 2) return;
  absl::flat_hash_map<std::pair<std::string_view, Matter>, Finding*> causes;  // the first of each
  for (Finding& finding : *findings)
    causes.try_emplace({finding.code, matter_of(model, finding)}, &finding);
  const auto explained = [&](const Finding& finding) {
    for (const Detector* detector : explaining(finding.code)) {
      const auto cause = causes.find({detector->code, matter_of(model, finding)});
      if (cause == causes.end()) continue;
      if (finding.stream)
        cause->second->severity = std::max(cause->second->severity, finding.severity);
      return true;
    }
    return false;
  };
  // A cause may stand before what it explains: all severities are raised before any finding moves.
  std::vector<bool> dropped;
  for (const Finding& finding : *findings) dropped.push_back(explained(finding));
  std::vector<Finding> kept;
  for (size_t i = 0; i < dropped.size(); i++) {
    if (!dropped[i]) kept.push_back(std::move((*findings)[i]));
  }
  *findings = std::move(kept);
}

void demote_repeats_of_forks(std::vector<Finding>* findings) {
  const auto is_left_alone = [&](DialogId dialog) {
    return std::any_of(findings->begin(), findings->end(), [&](const Finding& one) {
      return one.code == "dialog-fork" && one.severity == Severity::error && one.dialog == dialog;
    });
  };
  for (Finding& finding : *findings) {
    if (finding.code == "txn-ack-missing" && finding.dialog && is_left_alone(finding.dialog))
      finding.severity = Severity::info;
  }
}

void name_root_cause(CallAnalysis* analysis) {
  const auto told = [&](std::string_view code) {
    return std::any_of(analysis->findings.begin(), analysis->findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
  };
  if (analysis->audio_cause.empty() || told(analysis->audio_cause)) return;
  for (const Finding& finding : analysis->findings)
    if (relations_of(finding.code).is_root_of_audio) analysis->audio_cause = finding.code;
}

void drop_untimed(const Model& model, std::vector<Finding>* findings) {
  std::erase_if(*findings, [&](const Finding& finding) {
    if (finding.message) {
      const size_t source = model.messages[finding.message].source;
      return source < model.captures.size() && !can_carry(model.captures[source], finding.code);
    }
    return std::any_of(model.captures.begin(), model.captures.end(),
                       [&](const SourceInfo& one) { return !can_carry(one, finding.code); });
  });
}

}  // namespace sipladder
