// Calls: all messages of one Call-ID, what became of the call, and who ended it.
//
// Threads: the worker; free functions: whoever may read the Model.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "correlate/sip/sip_facts.h"

namespace sipladder {

class CallTable {
 public:
  explicit CallTable(Model& model) : model_(model) {}

  // Finds or creates the call of the message, and appends the record to the model and to that call.
  // Messages whose Call-ID was cut off are one call when they share a Via branch. `sip` is read
  // during the call only.
  MessageId add(MessageRecord message, const SipFacts& facts, const SipIndex& sip);

  // Moves times and counts of the call. Requires add(), and the message's transaction and dialog.
  void update(MessageId id);

  // Decides state and outcome of the calls that had messages since the last time.
  void decide_outcomes();

  // Bring memory of a message to come into the cache, as in TransactionTable.
  void prefetch_slot(const SipFacts& facts) const { by_id_.prefetch(facts.call_hash); }
  void prefetch_record(const SipFacts& facts) const {
    const auto found = by_id_.find(facts.call_hash);
    if (found == by_id_.end()) return;
    const char* record = reinterpret_cast<const char*>(&model_.calls[found->second]);
    __builtin_prefetch(record);
    __builtin_prefetch(record + 64);
    __builtin_prefetch(record + 128);
  }
  void prefetch_chain(const SipFacts& facts) const {
    const auto found = by_id_.find(facts.call_hash);
    if (found == by_id_.end()) return;
    const MessageId last = model_.calls[found->second].last_message;
    if (last) __builtin_prefetch(&model_.messages[last]);
  }

  // Required after evict().
  void forget_evicted();
  size_t bytes() const { return by_id_.capacity() * kMapSlot; }

 private:
  bool goes_on(const CallRecord& call) const;
  CallId find_or_create(const MessageRecord& message, const SipFacts& facts);

  Model& model_;
  std::vector<CallId> due_;
  absl::flat_hash_map<uint64_t, CallId, IdentityHash> by_id_;
};

// Brings the beginnings of a call's chains into the cache, for a caller that will walk them
// kCallsAhead calls later.
inline constexpr uint32_t kCallsAhead = 6;
void prefetch_chains(const Model& model, CallId id);

// Decides a call's state, its final status and who ended it, from its transactions. A transaction
// times out only while its capture point goes on capturing.
void decide_outcome(const Model& model, CallRecord& call);

}  // namespace sipladder
