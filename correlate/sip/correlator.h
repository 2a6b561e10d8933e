// SIP messages in, records out. Each message goes through calls, transactions and dialogs. Messages
// come in groups, whose memory is fetched ahead.
//
// Lifetime: the Model must outlive the Correlator. Threads: one at a time.
#pragma once

#include <span>

#include "correlate/model/model.h"
#include "correlate/sip/calls.h"
#include "correlate/sip/dialogs.h"
#include "correlate/sip/sip_facts.h"
#include "correlate/sip/transactions.h"

namespace sipladder {

// A message whose bytes have been read, not yet in the model. The record lacks what correlation
// finds: call, dialog, txn, chains, copy flags.
struct PreparedMessage {
  MessageRecord record;
  SipFacts facts;
  const SipIndex* sip = nullptr;  // not null; its bytes live as long as the batch
  uint8_t ttl = 0;                // as in Datagram
};

class Correlator {
 public:
  explicit Correlator(Model& model) : calls_(model), transactions_(model), dialogs_(model) {}

  // Requires capture order, and records with the ids of their endpoints.
  void add(std::span<const PreparedMessage> messages);

  // Some message with this SipFacts::transaction_key came.
  bool knows_transaction(uint64_t key) const { return transactions_.knows(key); }

  // Decides state and outcome of the calls that had messages since the last time.
  void decide_outcomes() { calls_.decide_outcomes(); }

  // Required after evict().
  void forget_evicted() {
    calls_.forget_evicted();
    transactions_.forget_evicted();
    dialogs_.forget_evicted();
  }
  size_t bytes() const { return calls_.bytes() + transactions_.bytes() + dialogs_.bytes(); }

 private:
  void fetch(std::span<const PreparedMessage> group) const;
  void add(const PreparedMessage& message);

  CallTable calls_;
  TransactionTable transactions_;
  DialogTable dialogs_;
};

}  // namespace sipladder
