// The file of accepted findings (`check --baseline`): a text that people edit.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <optional>
#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/message_view.h"

namespace sipladder {

// Identifies the same finding in another run. The texts are escaped and trimmed, as in the file.
struct FindingIdentity {
  std::string code;
  std::string call_id, caller, callee;
  std::string about;  // of a finding without a call: the addresses in its summary
};
// `own_words`: the finding is of a rule file, whose summary is taken as its author wrote it.
FindingIdentity identity_of(const Finding& finding, const Model& model, MessageView& view,
                            bool own_words);

// All fields as one text: a key of maps.
std::string identity_key(const FindingIdentity& one);

struct BaselineEntry {
  FindingIdentity about;             // an empty field fits every finding
  std::optional<Severity> severity;  // the worst severity that is accepted; nullopt: any
  std::string summary;               // only for people who read the file
  std::string reason, expires;
  int64_t expires_ns = 0;  // 0: never
  size_t line = 0;         // in the file, from 1
};

class Baseline {
 public:
  // Reads `text`, the content of the file at `path`. A sentence when a line is wrong.
  std::string parse(const std::string& path, const std::string& text);

  // Places in entries() of the entries that fit this finding, those not expired first.
  std::vector<size_t> naming(const FindingIdentity& finding, int64_t now_ns) const;
  // Whether an entry that counts at `now_ns` accepts this finding of the program.
  bool accepts(const Finding& finding, const Model& model, MessageView& view, int64_t now_ns) const;
  const std::vector<BaselineEntry>& entries() const { return entries_; }
  static bool is_expired(const BaselineEntry& entry, int64_t now_ns) {
    return entry.expires_ns != 0 && now_ns >= entry.expires_ns;
  }

 private:
  std::string take(const std::string& name, const std::string& value, size_t line);
  void index();

  std::vector<BaselineEntry> entries_;
  // Places in entries_, by the fields of an entry that are not empty.
  absl::flat_hash_map<std::string, std::vector<size_t>> places_;
  absl::flat_hash_set<std::string> codes_;  // of entries_; "" when one fits every code
};

std::string baseline_text(const std::vector<BaselineEntry>& entries);

}  // namespace sipladder
