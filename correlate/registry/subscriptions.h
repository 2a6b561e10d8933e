// Subscriptions (RFC 6665, RFC 3515) with their history: grants, refreshes, challenges, NOTIFYs.
// Read from SUBSCRIBE, REFER and NOTIFY when asked, each once.
//
// Threads: as Model. Bounds: kMaxSubscriptions; further ones are not listed.
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
  std::string event;       // package and id, as in Event; "refer" for what a REFER began
  std::string subscriber;  // URI
  std::string notifier;    // URI
  std::string user_agent;  // of the subscriber
  EndpointId src;          // where the newest SUBSCRIBE came from; lacking one, where NOTIFY went
  MessageId first_message;
  MessageId last_message;  // newest SUBSCRIBE, REFER or NOTIFY
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  int64_t granted_ns = 0;  // when expires_s was said last
  bool accepted = false;   // by a 2xx
  std::optional<uint32_t> expires_s;
  uint32_t refreshes = 0;
  uint32_t challenges = 0;
  uint32_t notifies = 0;
  std::string state;   // pending, active, terminated (or what Subscription-State says), rejected
  std::string reason;  // of a terminated one, as the notifier says
};

class Subscriptions {
 public:
  Subscriptions(const Model& model, const PacketLog& log);

  void update();
  const std::vector<Subscription>& all() const { return rows_.all(); }
  // As of the newest packet: an active one whose time is over has expired.
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
