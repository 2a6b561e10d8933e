#include "export/finding_comments.h"

#include "query/escape.h"

namespace sipladder {
namespace {

// Each source numbers its own frames. The frames of the evidence are of the source that the
// finding's message, stream or call comes from.
uint16_t source_of(const Model& model, const Finding& finding) {
  if (model.messages.holds(finding.message)) return model.messages[finding.message].source;
  if (model.streams.holds(finding.stream)) return model.streams[finding.stream].source;
  if (!model.calls.holds(finding.call)) return 0;
  return model.messages[model.calls[finding.call].first_message].source;
}

}  // namespace

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
      comments.add(source_of(model, *finding), frame, text);
  }
  return comments;
}

}  // namespace sipladder
