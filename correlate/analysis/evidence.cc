#include "correlate/analysis/evidence.h"

#include <algorithm>
#include <map>

namespace sipladder {
namespace {

constexpr size_t kMostLooked = 1000;  // messages of one call

uint16_t source_of_subject(const Model& model, const Finding& finding) {
  if (model.messages.holds(finding.message)) return model.messages[finding.message].source;
  if (model.streams.holds(finding.stream)) return model.streams[finding.stream].source;
  if (!model.calls.holds(finding.call)) return 0;
  return model.messages[model.calls[finding.call].first_message].source;
}

}  // namespace

uint16_t evidence_source(const Model& model, const Finding& finding) {
  const uint16_t own = source_of_subject(model, finding);
  if (model.captures.size() < 2 || !model.calls.holds(finding.call)) return own;
  std::map<uint16_t, size_t> hits;
  size_t looked = 0;
  for (MessageId id = model.calls[finding.call].first_message;
       model.messages.holds(id) && looked++ < kMostLooked; id = model.messages[id].next_in_call) {
    const MessageRecord& message = model.messages[id];
    if (std::binary_search(finding.evidence.begin(), finding.evidence.end(), message.frame))
      hits[message.source]++;
  }
  uint16_t best = own;
  for (const auto& [source, count] : hits) {
    if (count > hits[best]) best = source;
  }
  return best;
}

}  // namespace sipladder
