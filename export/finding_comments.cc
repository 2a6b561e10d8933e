#include "export/finding_comments.h"

#include <filesystem>

#include "correlate/analysis/evidence.h"
#include "query/escape.h"

namespace sipladder {
namespace {

// In the new file the packets have other numbers than the summary says.
std::string file_name(const Model& model, uint16_t source) {
  if (source >= model.captures.size()) return "the capture";
  return terminal_text(std::filesystem::path(model.captures[source].name).filename().string());
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
    const uint16_t source = evidence_source(model, *finding);
    std::string text(to_string(finding->severity));
    text.append(" ").append(finding->code).append(": ").append(terminal_text(finding->summary));
    text.append(" (frame numbers of ").append(file_name(model, source)).append(")");
    for (const uint32_t frame : finding->evidence) comments.add(source, frame, text);
  }
  return comments;
}

}  // namespace sipladder
