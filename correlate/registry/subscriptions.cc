#include "correlate/registry/subscriptions.h"

#include <algorithm>

#include "correlate/registry/register_values.h"
#include "decode/text.h"

namespace sipladder {
namespace {

bool concerns_subscriptions(const TransactionRecord& txn) {
  return txn.method == Method::subscribe || txn.method == Method::notify ||
         txn.method == Method::refer;
}

// RFC 6665 4.5.1: the event's package and id tell subscriptions of one dialog apart.
std::string event_of(const SipIndex& sip, Method method) {
  if (method == Method::refer) return "refer";
  std::string_view params = sip.value(HeaderId::event);
  std::string event(trim(cut(&params, ';')));
  // The id of a refer is the CSeq of its REFER, which the REFER itself does not name (RFC
  // 3515 2.4.6).
  if (event == "refer") return event;
  if (const auto id = param(params, "id")) event.append(";id=").append(*id);
  return event;
}

}  // namespace

Subscriptions::Subscriptions(const Model& model, const PacketLog& log)
    : model_(model), view_(log), transactions_(model, concerns_subscriptions) {}

void Subscriptions::update() {
  if (epoch_ != model_.evicted.epoch) forget_evicted();
  for (const TransactionId id : transactions_.take()) {
    if (model_.cancellation.requested()) return;
    learn(id);
  }
}

// A subscription lives as long as its newest message is in the tables.
void Subscriptions::forget_evicted() {
  epoch_ = model_.evicted.epoch;
  rows_.keep_only([&](Subscription& one) { return model_.messages.holds(one.last_message); });
}

void Subscriptions::learn(TransactionId id) {
  const TransactionRecord& txn = model_.transactions[id];
  if (!view_.load(model_.messages[txn.request])) return;
  Subscription* subscription = find(txn);
  if (subscription == nullptr) return;
  subscription->last_ns = txn.first_ns;
  subscription->last_message = txn.request;
  if (txn.method == Method::notify) {
    learn_notify(*subscription);
  } else {
    learn_subscribe(txn, *subscription);
  }
}

// The subscription that a request belongs to; it is added when it is new. Null when there are too
// many. The subscriber sends SUBSCRIBE and REFER, and receives NOTIFY.
Subscription* Subscriptions::find(const TransactionRecord& txn) {
  const SipIndex& sip = view_.sip();
  const bool notify = txn.method == Method::notify;
  const std::string_view subscriber = sip.value(notify ? HeaderId::to : HeaderId::from);
  const std::string_view notifier = sip.value(notify ? HeaderId::from : HeaderId::to);
  const std::string event = event_of(sip, txn.method);
  std::string key = std::to_string(txn.call.value) + "\n" + event + "\n";
  key.append(tag_of(subscriber));
  if (Subscription* found = rows_.find(key)) return found;
  Subscription made;
  made.call = txn.call;
  made.event = event;
  made.subscriber = std::string(parse_name_addr(subscriber).uri);
  made.notifier = std::string(parse_name_addr(notifier).uri);
  made.src = notify ? txn.dst : txn.src;
  made.first_message = txn.request;
  made.first_ns = txn.first_ns;
  return rows_.add(std::move(key), std::move(made));
}

void Subscriptions::learn_subscribe(const TransactionRecord& txn, Subscription& subscription) {
  subscription.src = txn.src;
  subscription.user_agent = std::string(view_.sip().value(HeaderId::user_agent));
  const auto asked = expires_of(view_.sip());
  if (txn.final_status == 401 || txn.final_status == 407) {
    subscription.challenges++;
    if (subscription.state.empty()) subscription.state = "rejected";
    return;
  }
  if (txn.final_status >= 300) {
    // A failed refresh leaves the subscription as it is, unless there is none (RFC 6665 4.1.2.2).
    if (!subscription.accepted) subscription.state = "rejected";
    if (txn.final_status == 481) subscription.state = "terminated";
    return;
  }
  if (txn.final_status < 200) return;
  if (subscription.accepted) subscription.refreshes++;
  subscription.accepted = true;
  subscription.granted_ns = txn.final_response_ns;
  const bool has_response = txn.final_response && view_.load(model_.messages[txn.final_response]);
  const auto granted = has_response ? expires_of(view_.sip()) : std::nullopt;
  subscription.expires_s = granted ? granted : asked;
  if (subscription.expires_s == 0U) {
    subscription.state = "terminated";
  } else if (subscription.state.empty() || subscription.state == "rejected") {
    subscription.state = txn.final_status == 200 ? "active" : "pending";
  }
}

// A NOTIFY overrules what was known of the subscription's state (RFC 6665 4.1.3).
void Subscriptions::learn_notify(Subscription& subscription) {
  subscription.notifies++;
  std::string_view params = view_.sip().value(HeaderId::subscription_state);
  const std::string_view state = trim(cut(&params, ';'));
  if (state.empty()) return;
  subscription.state = std::string(state);
  subscription.reason = std::string(param(params, "reason").value_or(""));
  const auto expires = param(params, "expires");
  if (!expires) return;
  if (const auto seconds = parse_number<uint32_t>(*expires)) {
    subscription.expires_s = seconds;
    subscription.granted_ns = subscription.last_ns;
  }
}

std::string_view Subscriptions::state_of(const Subscription& subscription) const {
  const bool lasts = subscription.state == "active" || subscription.state == "pending";
  if (!lasts || !subscription.expires_s || subscription.granted_ns == 0) return subscription.state;
  const int64_t end = subscription.granted_ns + int64_t{*subscription.expires_s} * 1'000'000'000;
  const int64_t known_ns = std::max(subscription.granted_ns, subscription.last_ns);
  const int64_t watched_ns =
      model_.coverage.until(model_.messages[subscription.last_message].point, known_ns);
  return watched_ns > end ? std::string_view("expired") : subscription.state;
}

}  // namespace sipladder
