#include "correlate/analysis/evidence.h"

namespace sipladder {

uint16_t evidence_source(const Model& model, const Finding& finding) {
  if (model.messages.holds(finding.message)) return model.messages[finding.message].source;
  if (model.streams.holds(finding.stream)) return model.streams[finding.stream].source;
  if (!model.calls.holds(finding.call)) return 0;
  return model.messages[model.calls[finding.call].first_message].source;
}

}  // namespace sipladder
