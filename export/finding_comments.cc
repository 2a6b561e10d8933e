#include "export/finding_comments.h"

#include "correlate/analysis/evidence.h"
#include "query/escape.h"

namespace sipladder {
void FindingComments::add(uint16_t source, uint32_t frame, std::string_view text) {
  std::string& all = texts_[uint64_t{source} << 32 | frame];
  if (all.size() + text.size() + 1 > kLongestComment) return;
  if (!all.empty()) all += '\n';
  all += text;
}

std::string_view FindingComments::of(const Packet& packet) const {
  const auto found = texts_.find(uint64_t{packet.source} << 32 | packet.frame);
  return found == texts_.end() ? std::string_view() : found->second;
}

FindingComments finding_comments(const Model& model, Analyst& analyst,
                                 const std::vector<CallId>* calls) {
  absl::flat_hash_map<uint32_t, bool> wanted;
  if (calls != nullptr) {
    for (const CallId id : *calls) wanted[id.value] = true;
  }
  FindingComments comments;
  for (const Finding* finding : analyst.all()) {
    if (calls != nullptr && !wanted.contains(finding->call.value)) continue;
    std::string text(to_string(finding->severity));
    text.append(" ").append(finding->code).append(": ").append(terminal_text(finding->summary));
    for (const uint32_t frame : finding->evidence)
      comments.add(evidence_source(model, *finding), frame, text);
  }
  return comments;
}

}  // namespace sipladder
