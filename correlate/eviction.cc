#include "correlate/eviction.h"

#include <algorithm>
#include <vector>

namespace sipladder {
namespace {

bool has_ended(const CallRecord& call) {
  switch (call.state) {
    case CallState::calling:
    case CallState::ringing:
    case CallState::in_call:
    case CallState::pending:
    case CallState::registering:
      return false;
    default:
      return true;
  }
}

struct Candidate {
  bool open;
  int64_t end_ns;
  CallId id;
};

std::vector<Candidate> candidates_of(const Model& model) {
  std::vector<Candidate> candidates;
  candidates.reserve(model.calls.held());
  for (const CallId id : model.calls.ids()) {
    candidates.push_back({!has_ended(model.calls[id]), model.calls[id].end_ns, id});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    if (a.open != b.open) return b.open;
    return a.end_ns != b.end_ns ? a.end_ns < b.end_ns : a.id < b.id;
  });
  return candidates;
}

// The chains run through the records themselves: the next id is read before the record goes.
size_t forget_call(Model& model, CallId id) {
  const CallRecord call = model.calls[id];
  size_t bytes = sizeof(CallRecord) + sizeof(CallLabel);
  for (MessageId m = call.first_message; m;) {
    const MessageId next = model.messages[m].next_in_call;
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
  return bytes;
}

// A branch that was used again, or a hop with another Call-ID, leads out of its call.
void cut_links(Model& model) {
  const auto& transactions = model.transactions;
  for (const TransactionId id : transactions.ids()) {
    TransactionRecord& txn = model.transactions[id];
    for (TransactionId* link : {&txn.next_same_branch, &txn.request_path, &txn.invite}) {
      if (*link && !transactions.holds(*link)) *link = TransactionId{};
    }
  }
}

}  // namespace

void forget_streams(Model& model, int64_t before_ns) {
  const uint64_t evicted = model.evicted.streams;
  for (const StreamId id : model.streams.ids()) {
    if (model.streams[id].last_ns >= before_ns) continue;
    model.streams.forget(id);
    model.dtmf.erase(id.value);
    model.voice_samples.erase(id.value);
    model.early_voice.erase(id.value);
    model.clock_trials.erase(id.value);
    model.evicted.streams++;
  }
  if (model.evicted.streams != evicted) model.evicted.epoch++;
}

void evict(Model& model, size_t bytes) {
  size_t freed = 0;
  int64_t newest_ns = 0;
  for (const Candidate& candidate : candidates_of(model)) {
    if (freed >= bytes) break;
    newest_ns = std::max(newest_ns, candidate.end_ns);
    freed += forget_call(model, candidate.id);
  }
  cut_links(model);
  model.evicted.epoch++;
  forget_streams(model, newest_ns);
}

}  // namespace sipladder
