#include "query/peer_rows.h"

#include <map>

#include "capture/time_units.h"
#include "correlate/session/voice_quality.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

constexpr int64_t kHourNs = 3600 * kSecondNs;
constexpr std::string_view kOthers = "(others)";

using Rows = std::map<std::pair<Peer, std::optional<int64_t>>, PeerRow>;

PeerRow& row_of(Peer peer, std::optional<int64_t> hour_ns, Rows* rows) {
  const auto found = rows->find({peer, hour_ns});
  if (found != rows->end()) return found->second;
  if (rows->size() >= kMaxPeerRows) peer.key = kOthers, hour_ns.reset();
  PeerRow& row = (*rows)[{peer, hour_ns}];
  row.peer = std::move(peer);
  row.hour_ns = hour_ns;
  return row;
}

// What one call adds to each row that it belongs to.
PeerRow counted(Reader& reader, CallId id, bool has_times) {
  const Model& model = reader.model;
  const CallRecord& call = model.calls[id];
  PeerRow one;
  one.calls = 1;
  one.answered = call.answer_ns != 0 ? 1 : 0;
  one.effective = call.is_effective() ? 1 : 0;
  if (has_times && !step_between(model, call, call.start_ns, call.end_ns)) {
    if (call.progress_ns != 0)
      one.pdd_ms.add(static_cast<double>(call.progress_ns - call.invite_ns) / 1e6);
    if (call.answer_ns != 0)
      one.talk_s.add(static_cast<double>(reader.analyst.talk_end(id) - call.answer_ns) / 1e9);
  }
  const std::vector<StreamId>& streams = reader.analyst.media().streams_of(id);
  if (streams.empty()) return one;
  const CallAnalysis& analysis = reader.analyst.of(id);
  one.judged = is_judged(analysis.audio) ? 1 : 0;
  one.one_way = analysis.audio == Audio::one_way ? 1 : 0;
  one.no_audio = analysis.audio == Audio::none ? 1 : 0;
  for (const StreamId stream : streams) {
    const StreamFigures figures = figures_of(model.streams[stream]);
    one.packets_expected += figures.expected;
    one.packets_lost += figures.missing;
  }
  if (const auto mos = lowest_mos(model, reader.analyst.media(), id, analysis.was_held))
    one.mos.add(*mos);
  return one;
}

void add(const PeerRow& one, PeerRow* row) {
  const auto add_mean = [](const Mean& more, Mean* mean) {
    mean->sum += more.sum;
    mean->squares += more.squares;
    mean->count += more.count;
  };
  row->calls += one.calls;
  row->answered += one.answered;
  row->effective += one.effective;
  row->judged += one.judged;
  row->one_way += one.one_way;
  row->no_audio += one.no_audio;
  row->packets_expected += one.packets_expected;
  row->packets_lost += one.packets_lost;
  add_mean(one.talk_s, &row->talk_s);
  add_mean(one.pdd_ms, &row->pdd_ms);
  add_mean(one.mos, &row->mos);
}

}  // namespace

std::vector<PeerRow> peer_rows(Reader& reader) {
  const Model& model = reader.model;
  CallPeers peers(model, reader.log(), reader.analyst);
  Rows rows;
  for (const CallId id : model.calls.ids()) {
    if (model.cancellation.requested()) break;
    const CallRecord& call = model.calls[id];
    if (!reader.is_chosen(id) || call.kind != CallKind::call || call.invite_ns == 0) continue;
    const bool has_times = reader.has_times(call.first_message);
    const PeerRow one = counted(reader, id, has_times);
    for (const Peer& peer : peers.of(id)) {
      add(one, &row_of(peer, std::nullopt, &rows));
      if (has_times) add(one, &row_of(peer, call.start_ns - call.start_ns % kHourNs, &rows));
    }
  }
  std::vector<PeerRow> sorted;
  sorted.reserve(rows.size());
  for (auto& [key, row] : rows) sorted.push_back(std::move(row));
  return sorted;
}

}  // namespace sipladder
