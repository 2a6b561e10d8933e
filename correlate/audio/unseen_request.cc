#include "correlate/audio/unseen_request.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>

namespace sipladder {
namespace {

// Calls `see` with each request that has a number of its own.
template <typename See>
void each_numbered(const Model& model, const CallRecord& call, See see) {
  for (TransactionId id = call.first_txn; id; id = model.transactions[id].next_in_call) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.request && txn.method != Method::ack && txn.method != Method::cancel)
      see(model.messages[txn.request]);
  }
}

}  // namespace

bool skips_request_after(const Model& model, const CallRecord& call, const MessageRecord& began) {
  absl::flat_hash_set<uint32_t> seen;
  uint32_t highest = began.cseq;
  each_numbered(model, call, [&](const MessageRecord& request) {
    if (request.cseq <= began.cseq || request.dialog != began.dialog ||
        request.from_caller != began.from_caller || request.src != began.src)
      return;
    seen.insert(request.cseq);
    highest = std::max(highest, request.cseq);
  });
  return highest - began.cseq > seen.size();
}

bool skips_request_at(const Model& model, const CallRecord& call, int64_t time_ns) {
  for (const bool caller : {true, false}) {
    uint32_t before = 0, after = UINT32_MAX;
    each_numbered(model, call, [&](const MessageRecord& request) {
      if (request.from_caller != caller) return;
      if (request.time_ns <= time_ns) {
        before = std::max(before, request.cseq);
      } else {
        after = std::min(after, request.cseq);
      }
    });
    if (before != 0 && after != UINT32_MAX && after > before + 1) return true;
  }
  return false;
}

}  // namespace sipladder
