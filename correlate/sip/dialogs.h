// Dialogs: Call-ID and both tags (RFC 3261 12). Forked early dialogs are separate records of one
// call. Section numbers without an RFC are of RFC 3261.
//
// Threads: the worker; free functions: whoever may read the Model.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "correlate/sip/sip_facts.h"

namespace sipladder {

inline constexpr int kMaxForks = 32;  // dialogs of a call that are compared

// The state at the end of what was captured. When another fork has sent a 2xx, an early dialog ends
// with the INVITE transaction, 64*T1 later (13.2.2.4).
DialogState state_as_of_now(const Model& model, const DialogRecord& dialog);

class DialogTable {
 public:
  explicit DialogTable(Model& model) : model_(model) {}

  // Finds or creates the dialog of message `id` (already in its transaction) and moves its state.
  void add(MessageId id, const SipFacts& facts);

  // Bring memory of a message to come into the cache, as in TransactionTable.
  void prefetch_slot(const SipFacts& facts) const { by_key_.prefetch(facts.dialog_key()); }
  void prefetch_record(const SipFacts& facts) const {
    const auto found = by_key_.find(facts.dialog_key());
    if (found != by_key_.end()) __builtin_prefetch(&model_.dialogs[found->second]);
  }

  // Required after evict().
  void forget_evicted();
  size_t bytes() const { return by_key_.capacity() * kMapSlot; }

 private:
  DialogId find_or_create(MessageId id, const SipFacts& facts);
  bool is_unproven(const MessageRecord& request, const SipFacts& facts) const;
  bool proves_its_request(const MessageRecord& response) const;
  EndpointId callers_end(const DialogRecord& dialog) const;
  void mark_forks(const CallRecord& call, DialogRecord& made);
  void mark_fork_of_one_invite(const MessageRecord& message, DialogId id);
  void learn_timer(DialogRecord& dialog, const MessageRecord& message, MessageId id,
                   const SipFacts& facts);
  void learn_targets(DialogRecord& dialog, const MessageRecord& message, MessageId id,
                     const SipFacts& facts);
  bool refuses(const MessageRecord& ack) const;
  void end_forks(const MessageRecord& refusal);
  static void end(DialogRecord& dialog, const MessageRecord& bye, MessageId id);
  static void confirm(DialogRecord& dialog, int64_t time_ns);
  static void end_early(DialogRecord& dialog, int64_t time_ns);
  static void reopen(DialogRecord& dialog);
  void move_state(DialogRecord& dialog, const MessageRecord& message, MessageId id);
  bool is_of_call(const MessageRecord& message, const SipFacts& facts) const;
  void move_subscription(DialogRecord& dialog, const MessageRecord& message, MessageId id,
                         const SipFacts& facts);

  Model& model_;
  absl::flat_hash_map<uint64_t, DialogId, IdentityHash> by_key_;
};

}  // namespace sipladder
