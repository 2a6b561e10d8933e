// Calls: all messages of one Call-ID, what became of them, and who ended it.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "correlate/hash.h"
#include "correlate/model.h"
#include "correlate/sip_keys.h"

namespace sipladder {

class CallTable {
 public:
  explicit CallTable(Model& model) : model_(model) {}

  // Finds or creates the call of the message and appends the record to it. A message without
  // Call-ID is a call of its own.
  MessageId add(MessageRecord message, const SipIndex& sip, const SipKeys& keys);

  // After transaction and dialog are known: times, counts and state.
  void update(MessageId id, const SipIndex& sip);

 private:
  CallId find_or_create(const MessageRecord& message, const SipKeys& keys);

  Model& model_;
  absl::flat_hash_map<uint64_t, CallId, IdentityHash> by_id_;
};

// State, final status and who ended it, from the call's transactions, as of `now_ns`.
void decide_outcome(const Model& model, CallRecord& call, int64_t now_ns);

}  // namespace sipladder
