// Transactions per hop (RFC 3261 17, RFC 6026), as a bystander sees them. Section numbers without
// an RFC are of RFC 3261.
//
// Threads: the worker; free functions: whoever may read the Model.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "correlate/sip/sip_facts.h"

namespace sipladder {

inline constexpr int64_t kT1Ns = 500'000'000;
inline constexpr int64_t kT2Ns = 4'000'000'000;
inline constexpr int64_t kT4Ns = 5'000'000'000;
inline constexpr int64_t kTimerB = 64 * kT1Ns;  // also F and H

class TransactionTable {
 public:
  explicit TransactionTable(Model& model) : model_(model) {}

  // Finds or creates the transaction of message `id` and moves the transaction's state. Fills txn,
  // previous_in_txn, original and the copy flags of the message's record, which has all the rest.
  // `ttl` is that of its packet, 0 when not known.
  void add(MessageId id, const SipFacts& facts, uint8_t ttl);

  // Some message with this SipFacts::transaction_key came.
  bool knows(uint64_t key) const { return by_key_.contains(key); }

  // Bring the slot, then the record, then the newest message of a transaction into the cache, for a
  // message to come.
  void prefetch_slot(const SipFacts& facts) const { by_key_.prefetch(facts.transaction_key); }
  void prefetch_record(const SipFacts& facts) const;
  void prefetch_chain(const SipFacts& facts) const;

  // Required after evict().
  void forget_evicted();
  size_t bytes() const { return by_key_.capacity() * kMapSlot; }

 private:
  // Whether the 2xxs to an INVITE are of the dialog that an ACK names.
  enum class Fit : uint8_t { other_fork, unknown, answered };

  bool has_tag(DialogId dialog, uint64_t tag) const;
  TransactionId find(uint64_t key, const MessageRecord& message, const SipFacts& facts) const;
  TransactionId find_by_cseq(const MessageRecord& response) const;
  Fit fit(const TransactionRecord& invite, const SipFacts& ack) const;
  void credit_ack(TransactionRecord* ack, const SipFacts& facts);
  TransactionId create(MessageId id, const SipFacts& facts);
  void link(TransactionId id, MessageId message);
  // `other_ttl`: routers lie between where this was captured and where the one before was.
  void mark_copy(MessageRecord& message, const TransactionRecord& txn, bool other_ttl) const;
  void on_request(TransactionRecord& txn, MessageId id, const SipFacts& facts);
  void on_response(TransactionRecord& txn, MessageId id, const SipFacts& facts);

  // Messages of one capture point whose IP ID is 0, which tells nothing of copies: how many there
  // were, and how many of them came twice at once. A capture that doubles packets doubles many.
  struct Unnumbered {
    uint32_t messages = 0;
    uint32_t doubled = 0;
    bool doubles() const { return (doubled + 1) * 3 >= messages; }
  };
  bool is_capture_duplicate(const MessageRecord& first, const MessageRecord& again,
                            bool other_ttl) const;
  void count_unnumbered(const MessageRecord& message);

  Model& model_;
  absl::flat_hash_map<uint64_t, TransactionId, IdentityHash> by_key_;
  std::array<Unnumbered, kLastPoint + 1> unnumbered_{};
};

// State and timer at a time. No timers run in this program: the time tells which would have fired.
struct StateAsOfNow {
  TransactionState state;
  char timer;  // 0: none fired
};
StateAsOfNow state_as_of_now(const TransactionRecord& txn, int64_t now_ns);
// Until when the capture would show an answer: until its point stops capturing, or until bytes of
// its TCP connection are missing, which can have held the answer.
int64_t watched_until(const Model& model, const TransactionRecord& txn);
// The state at that time.
inline StateAsOfNow state_as_of_now(const Model& model, const TransactionRecord& txn) {
  return state_as_of_now(txn, watched_until(model, txn));
}

}  // namespace sipladder
