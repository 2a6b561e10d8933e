#include "correlate/model/eviction.h"

#include <algorithm>
#include <vector>

namespace sipladder {
namespace {

struct Candidate {
  bool open;
  int64_t end_ns;
  CallId id;
};

std::vector<Candidate> candidates_of(const Model& model) {
  std::vector<Candidate> candidates;
  candidates.reserve(model.calls.held());
  for (const CallId id : model.calls.ids()) {
    candidates.push_back({!model.calls[id].has_ended(), model.calls[id].end_ns, id});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    if (a.open != b.open) return b.open;
    return a.end_ns != b.end_ns ? a.end_ns < b.end_ns : a.id < b.id;
  });
  return candidates;
}

// The chains run through the records themselves, so the next id is read before a record is
// forgotten.
void forget_call(Model& model, PacketLog& log, CallId id, Room* freed) {
  const CallRecord call = model.calls[id];
  size_t bytes = sizeof(CallRecord) + sizeof(CallLabel);
  for (MessageId m = call.first_message; m;) {
    const MessageId next = model.messages[m].next_in_call;
    log.forget(model.messages[m].ref());
    freed->spooled += model.messages[m].length;
    model.messages.forget(m);
    model.evicted.messages++;
    bytes += sizeof(MessageRecord);
    m = next;
  }
  for (TransactionId t = call.first_txn; t;) {
    const TransactionId next = model.transactions[t].next_in_call;
    model.transactions.forget(t);
    bytes += sizeof(TransactionRecord);
    t = next;
  }
  for (DialogId d = call.first_dialog; d;) {
    const DialogId next = model.dialogs[d].next_in_call;
    model.dialogs.forget(d);
    bytes += sizeof(DialogRecord);
    d = next;
  }
  model.calls.forget(id);
  model.labels.forget(id);
  model.evicted.calls++;
  freed->records += bytes;
}

// Clears ids of transactions that were forgotten. Such ids lead from one call to another where a
// branch was used again, or where the next hop has another Call-ID.
void cut_links(Model& model) {
  const auto& transactions = model.transactions;
  for (const TransactionId id : transactions.ids()) {
    TransactionRecord& txn = model.transactions[id];
    for (TransactionId* link : {&txn.next_same_branch, &txn.request_path, &txn.invite}) {
      if (*link && !transactions.holds(*link)) *link = TransactionId{};
    }
  }
}

void forget_stream(Model& model, PacketLog& log, StreamId id) {
  model.streams.forget(id);
  model.dtmf.erase(id.value);
  const auto early = model.early_voice.find(id.value);
  if (early != model.early_voice.end()) {
    for (uint32_t i = 0; i < early->second.count; i++) log.forget(early->second.refs[i]);
    model.early_voice.erase(early);
  }
  model.clock_trials.erase(id.value);
  model.histories.erase(id.value);
  const auto voice = model.voice_places.find(id.value);
  if (voice != model.voice_places.end()) {
    for (uint32_t i = 0; i < voice->second.count(); i++) log.forget(voice->second.ref(i));
    model.voice_places.erase(voice);
  }
  const auto keyed = model.keyed_places.find(id.value);
  if (keyed != model.keyed_places.end()) {
    for (uint32_t i = 0; i < keyed->second.count(); i++) log.forget(keyed->second.ref(i));
    model.keyed_places.erase(keyed);
  }
  model.evicted.streams++;
}

// Forgets about `count` streams, those that have been idle longest.
void forget_idle_streams(Model& model, PacketLog& log, size_t count) {
  std::vector<int64_t> newest;
  newest.reserve(model.streams.held());
  for (const StreamId id : model.streams.ids()) newest.push_back(model.streams[id].last_ns);
  if (newest.empty()) return;
  const size_t place = std::min(count, newest.size()) - 1;
  std::nth_element(newest.begin(), newest.begin() + static_cast<std::ptrdiff_t>(place),
                   newest.end());
  forget_streams(model, log, newest[place] + 1);
}

// How much of `bytes` streams are to give up: as large a part as they take of all tables.
size_t share_of_streams(const Model& model, size_t bytes) {
  const size_t calls = model.messages.bytes() + model.transactions.bytes() + model.dialogs.bytes() +
                       model.calls.bytes() + model.labels.bytes();
  const size_t streams = model.streams.bytes() + model.voice_places.size() * sizeof(VoicePlaces);
  const double share = static_cast<double>(streams) / static_cast<double>(streams + calls + 1);
  return static_cast<size_t>(share * static_cast<double>(bytes));
}

}  // namespace

void forget_streams(Model& model, PacketLog& log, int64_t before_ns) {
  const uint64_t evicted = model.evicted.streams;
  for (const StreamId id : model.streams.ids()) {
    if (model.streams[id].last_ns < before_ns) forget_stream(model, log, id);
  }
  if (model.evicted.streams != evicted) model.evicted.epoch++;
}

void evict(Model& model, PacketLog& log, const Room& wanted) {
  const size_t of_streams = share_of_streams(model, wanted.records);
  const size_t of_calls = wanted.records - of_streams;
  Room freed;
  int64_t newest_ns = INT64_MIN;
  for (const Candidate& candidate : candidates_of(model)) {
    if (freed.records >= of_calls && freed.spooled >= wanted.spooled) break;
    newest_ns = std::max(newest_ns, candidate.end_ns);
    forget_call(model, log, candidate.id, &freed);
  }
  cut_links(model);
  model.evicted.epoch++;
  const uint64_t streams = model.evicted.streams;
  forget_streams(model, log, newest_ns);
  const uint64_t gone = model.evicted.streams - streams;
  const uint64_t due = of_streams / sizeof(StreamRecord);
  if (due > gone) forget_idle_streams(model, log, due - gone);
}

}  // namespace sipladder
