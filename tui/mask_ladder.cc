#include "tui/mask_ladder.h"

#include <utility>

namespace sipladder {

void mask_ladder(Mask* mask, Ladder* ladder) {
  if (!mask->is_on()) return;
  const auto take = [&](std::string* text) { *text = mask->name(std::move(*text)); };
  const auto read = [&](std::string* text) { *text = mask->sentence(std::move(*text)); };
  for (LadderCall& call : ladder->calls) {
    take(&call.call_id);
    take(&call.caller);
    take(&call.callee);
    for (LadderFinding& finding : call.findings) read(&finding.summary);
    for (std::string& codec : call.codecs) read(&codec);
  }
  for (Participant& participant : ladder->participants) {
    take(&participant.label);
    take(&participant.name);
  }
  for (LadderRow& row : ladder->rows) {
    read(&row.label);
    read(&row.sdp);
    read(&row.transaction);
  }
}

}  // namespace sipladder
