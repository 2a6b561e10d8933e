// Subscriptions (RFC 6665, RFC 3515) with their history: grants, refreshes, challenges, NOTIFYs.
// update() reads each SUBSCRIBE, REFER and NOTIFY once.
//
// Lifetime: Model and PacketLog must outlive Subscriptions. all() is valid until the next update().
// Threads: one at a time, while the Model may be read. Bounds: kMaxSubscriptions; further ones are
// not listed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "correlate/model/keyed_rows.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/sip/finished_transactions.h"

namespace sipladder {

inline constexpr size_t kMaxSubscriptions = 1'000'000;

struct Subscription {
  CallId call;
  std::string event;       // package and id, as in Event; "refer" when a REFER began it
  std::string subscriber;  // URI
  std::string notifier;    // URI
  std::string user_agent;  // of the subscriber
  EndpointId src;          // where the newest SUBSCRIBE came from, else where NOTIFY went
  MessageId first_message;
  MessageId last_message;  // newest SUBSCRIBE, REFER or NOTIFY
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  int64_t granted_ns = 0;  // when expires_s was told last
  bool accepted = false;   // by a 2xx
  std::optional<uint32_t> expires_s;
  uint32_t refreshes = 0;
  uint32_t challenges = 0;
  uint32_t notifies = 0;
  std::string state;   // pending, active, terminated (or what Subscription-State says), rejected
  std::string reason;  // why it ended, as the notifier says
};

class Subscriptions {
 public:
  Subscriptions(const Model& model, const PacketLog& log);

  void update();
  const std::vector<Subscription>& all() const { return rows_.all(); }
  // The state at the end of what its capture point saw: an active subscription whose time is over
  // has "expired". A view of `subscription`, or of a literal.
  std::string_view state_of(const Subscription& subscription) const;

 private:
  void forget_evicted();
  void learn(TransactionId id);
  void learn_subscribe(const TransactionRecord& txn, Subscription& subscription);
  void learn_notify(Subscription& subscription);
  Subscription* find(const TransactionRecord& txn);

  const Model& model_;
  MessageView view_;
  FinishedTransactions transactions_;
  uint32_t epoch_ = 0;
  KeyedRows<Subscription> rows_{kMaxSubscriptions};
};

}  // namespace sipladder
