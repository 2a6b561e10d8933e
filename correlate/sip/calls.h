// Calls: all messages of one Call-ID, what became of them, and who ended it.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "correlate/sip/sip_facts.h"

namespace sipladder {

class CallTable {
 public:
  explicit CallTable(Model& model) : model_(model) {}

  // Finds or creates the call of the message and appends the record to it. Messages without Call-ID
  // are together what their Via branch holds together.
  MessageId add(MessageRecord message, const SipFacts& facts, const SipIndex& sip);

  // After transaction and dialog are known: times and counts.
  void update(MessageId id);

  // State and outcome of the calls that had messages since the last time.
  void decide_outcomes();

  // For batches, as TransactionTable has them.
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

  void forget_evicted();
  size_t bytes() const { return by_id_.capacity() * kMapSlot; }

 private:
  bool goes_on(const CallRecord& call) const;
  CallId find_or_create(const MessageRecord& message, const SipFacts& facts);

  Model& model_;
  std::vector<CallId> due_;
  absl::flat_hash_map<uint64_t, CallId, IdentityHash> by_id_;
};

// The beginnings of a call's chains, for whoever will walk them kCallsAhead calls later.
inline constexpr uint32_t kCallsAhead = 6;
void prefetch_chains(const Model& model, CallId id);

// State, final status and who ended it, from the call's transactions, as far as their capture point
// goes on.
void decide_outcome(const Model& model, CallRecord& call);

}  // namespace sipladder
