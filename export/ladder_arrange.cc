#include "export/ladder_arrange.h"

#include <algorithm>
#include <utility>

#include "decode/text.h"

namespace sipladder {
namespace {

constexpr int64_t kEmptyLines = 40;  // about as many in a whole ladder

bool is_called(const Participant& participant, const std::string& name) {
  const Endpoint endpoint{participant.ip, participant.port};
  return equal_no_case(participant.name, name) || participant.label == name ||
         to_string(participant.ip) == name || to_string(endpoint) == name;
}

}  // namespace

void order_columns(const std::vector<std::string>& names, Ladder* ladder) {
  std::vector<Participant>& participants = ladder->participants;
  std::vector<uint32_t> order;  // old columns, from the left
  std::vector<bool> placed(participants.size(), false);
  for (const std::string& name : names) {
    bool known = false;
    for (uint32_t i = 0; i < participants.size(); i++) {
      if (!is_called(participants[i], name)) continue;
      known = true;
      if (!placed[i]) order.push_back(i);
      placed[i] = true;
    }
    if (!known) ladder->unknown.push_back(name);
  }
  if (order.empty()) return;
  for (uint32_t i = 0; i < participants.size(); i++) {
    if (!placed[i]) order.push_back(i);
  }
  std::vector<uint32_t> place(participants.size());
  std::vector<Participant> ordered;
  for (uint32_t i = 0; i < order.size(); i++) {
    place[order[i]] = i;
    ordered.push_back(std::move(participants[order[i]]));
  }
  participants = std::move(ordered);
  for (LadderRow& row : ladder->rows) {
    if (row.kind != RowKind::message && row.kind != RowKind::media) continue;
    row.from = place[row.from];
    row.to = place[row.to];
  }
}

void scale_time(Ladder* ladder) {
  int64_t total = 0;
  for (const LadderRow& row : ladder->rows) {
    if (row.kind != RowKind::gap) total += row.delta_ns;
  }
  ladder->line_ns = std::max<int64_t>(1, total / kEmptyLines);
  std::vector<LadderRow> rows;
  for (LadderRow& row : ladder->rows) {
    const bool pause = row.kind == RowKind::gap;
    // A row that names a long pause already counts as one of the lines of that pause.
    const bool told = !rows.empty() && rows.back().kind == RowKind::gap;
    int64_t lines = pause ? 0 : row.delta_ns / ladder->line_ns - (told ? 1 : 0);
    LadderRow empty;
    empty.kind = RowKind::gap;
    empty.time_ns = row.time_ns;
    for (; lines > 0; lines--) rows.push_back(empty);
    rows.push_back(std::move(row));
  }
  ladder->rows = std::move(rows);
}

}  // namespace sipladder
