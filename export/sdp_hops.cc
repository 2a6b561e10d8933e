#include "export/sdp_hops.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/session/sdp_hop.h"

namespace sipladder {
namespace {

char mark_of(const SdpRow& row) {
  if (!row.changed()) return ' ';
  return row.before.empty() ? '+' : row.after.empty() ? '-' : '!';
}

std::string title_of(const Model& model, const MessageRecord& before, const MessageRecord& after) {
  const std::string message = after.is_request()
                                  ? std::string(to_string(after.method))
                                  : fmt::format("{} ({})", after.status, to_string(after.method));
  return fmt::format("SDP of {} before (frame {}) and after (frame {}) {}", message, before.frame,
                     after.frame, to_string(model.endpoints[after.src]));
}

void add_hop(const Model& model, MessageView& view, MessageId before_id, MessageId after_id,
             std::vector<std::string>* lines) {
  const MessageRecord& before = model.messages[before_id];
  const MessageRecord& after = model.messages[after_id];
  if (!view.load(before)) return;
  const std::string first(find_sdp(view.sip()));
  if (!view.load(after)) return;
  const std::vector<SdpRow> rows = compare_sdp(first, find_sdp(view.sip()));
  const bool changed =
      std::any_of(rows.begin(), rows.end(), [](const SdpRow& row) { return row.changed(); });
  lines->push_back(title_of(model, before, after) + (changed ? "" : ": unchanged"));
  if (!changed) return;
  for (const SdpRow& row : rows) {
    std::string line =
        fmt::format("  {} {:<10} {:<32} {}", mark_of(row), row.name, row.before, row.after);
    while (line.back() == ' ') line.pop_back();
    lines->push_back(std::move(line));
  }
}

}  // namespace

std::vector<std::string> sdp_hops(const Model& model, const PacketLog& log, CallId call) {
  MessageView view(log);
  std::vector<std::string> lines;
  for (MessageId id = model.calls[call].first_message; id; id = model.messages[id].next_in_call) {
    if (!model.messages[id].has_sdp) continue;
    const MessageId before = hop_before(model, model.messages[id]);
    if (before && model.messages[before].has_sdp) add_hop(model, view, before, id, &lines);
    if (lines.size() > kMaxHopLines) break;
  }
  if (lines.size() > kMaxHopLines) lines.resize(kMaxHopLines);
  return lines;
}

}  // namespace sipladder
