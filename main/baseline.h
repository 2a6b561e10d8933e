// Findings that somebody has accepted: a text file that people edit (`check --baseline`).
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/message_view.h"

namespace sipladder {

// What tells the same finding in another run. Safe text, trimmed, as the file has it.
struct FindingIdentity {
  std::string code;
  std::string call_id, caller, callee;
  std::string about;  // without a call: the addresses that the summary names
};
// `own_words`: a rule's finding, whose summary stays as its author wrote it.
FindingIdentity identity_of(const Finding& finding, const Model& model, MessageView& view,
                            bool own_words);

// All of it as one text.
std::string identity_key(const FindingIdentity& one);

struct BaselineEntry {
  FindingIdentity about;             // an empty field is not looked at
  std::optional<Severity> severity;  // the worst that is accepted
  std::string summary;               // for readers
  std::string reason, expires;
  int64_t expires_ns = 0;  // 0: never
  size_t line = 0;
};

class Baseline {
 public:
  // A sentence when a line is wrong.
  std::string parse(const std::string& path, const std::string& text);

  // The entries that name this finding, live ones first, by their places in entries().
  std::vector<size_t> naming(const FindingIdentity& finding, int64_t now_ns) const;
  const std::vector<BaselineEntry>& entries() const { return entries_; }
  static bool is_expired(const BaselineEntry& entry, int64_t now_ns) {
    return entry.expires_ns != 0 && now_ns >= entry.expires_ns;
  }

 private:
  std::string take(const std::string& name, const std::string& value, size_t line);
  void index();

  std::vector<BaselineEntry> entries_;
  absl::flat_hash_map<std::string, std::vector<size_t>> places_;  // by the fields that are given
};

std::string baseline_text(const std::vector<BaselineEntry>& entries);

}  // namespace sipladder
