#include "correlate/sip/transactions.h"

#include <tuple>

namespace sipladder {
namespace {

constexpr int kMaxCopySearch = 128;  // messages of a transaction compared with a new one
constexpr int kMaxSearched =
    64;  // transactions of one branch, or of one call searched for an ACK's INVITE
constexpr int64_t kDuplicateNs = 2'000'000;   // no RFC timer is this short
constexpr int64_t kClocksNs = 5'000'000'000;  // the clocks of two points differ by less
constexpr int64_t kSameIpIdNs = 100'000'000;  // a sender's IP ID does not come again this soon
// From one end of a path to the other. Half of T1: no sender repeats itself this soon (RFC 3261
// 17.1.1.2).
constexpr int64_t kPathNs = 250'000'000;

constexpr uint32_t kMaxUdpRequest = 1300;  // RFC 3261 18.1.1

bool is_final(uint16_t status) {
  return status >= 200;
}

// The same packet at two capture points, whose clocks may differ a little.
bool is_at_other_point(const MessageRecord& first, const MessageRecord& again) {
  if (again.point == first.point) return false;
  const int64_t gap = again.time_ns - first.time_ns;
  if (first.ip_id != 0 || again.ip_id != 0) return first.ip_id == again.ip_id && gap < kClocksNs;
  return gap < kSameIpIdNs;
}

bool same_message(const MessageRecord& a, const MessageRecord& b) {
  return a.content_hash == b.content_hash && a.length == b.length && a.status == b.status &&
         a.src == b.src && a.dst == b.dst;
}

}  // namespace

void TransactionTable::prefetch_record(const SipFacts& facts) const {
  const auto found = by_key_.find(facts.transaction_key);
  if (found != by_key_.end()) __builtin_prefetch(&model_.transactions[found->second]);
}

void TransactionTable::prefetch_chain(const SipFacts& facts) const {
  const auto found = by_key_.find(facts.transaction_key);
  if (found == by_key_.end()) return;
  const MessageId last = model_.transactions[found->second].last_message;
  if (last) __builtin_prefetch(&model_.messages[last]);
}

void TransactionTable::add(MessageId id, const SipFacts& facts, uint8_t ttl) {
  MessageRecord& message = model_.messages[id];
  TransactionId txn;
  if (message.is_request() && facts.method == Method::ack) {
    // An ACK to a non-2xx belongs to the INVITE transaction (17.1.1.3); an ACK to a 2xx is its own
    // (13.2.2.4).
    const TransactionId invite = find(facts.invite_key, message, facts);
    if (invite && !model_.transactions[invite].succeeded()) txn = invite;
  }
  if (!txn) txn = find(facts.transaction_key, message, facts);
  if (!txn && !message.is_request()) txn = find_by_cseq(message);
  if (!txn) txn = create(id, facts);
  TransactionRecord& record = model_.transactions[txn];
  uint8_t& seen_ttl = message.is_request() ? record.request_ttl : record.response_ttl;
  mark_copy(message, record, ttl != seen_ttl && ttl != 0 && seen_ttl != 0);
  count_unnumbered(message);
  link(txn, id);
  if (message.duplicate) return;
  seen_ttl = ttl;
  if (message.is_request()) {
    on_request(record, id, facts);
  } else {
    on_response(record, id, facts);
  }
}

// The newest transaction of a branch may be forgotten while older ones stay. The older ones are not
// found any more then, so a late retransmission in them is not recognised.
void TransactionTable::forget_evicted() {
  absl::erase_if(by_key_,
                 [&](const auto& slot) { return !model_.transactions.holds(slot.second); });
  std::erase_if(model_.refers, [&](TransactionId id) { return !model_.transactions.holds(id); });
}

// One of the two parties of the dialog has this tag.
bool TransactionTable::has_tag(DialogId id, uint64_t tag) const {
  const DialogRecord& dialog = model_.dialogs[id];
  return tag == dialog.caller_tag_hash || tag == dialog.callee_tag_hash;
}

TransactionId TransactionTable::find(uint64_t key, const MessageRecord& message,
                                     const SipFacts& facts) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  const IpAddress& from = model_.endpoints[message.src].ip;
  const IpAddress& to = model_.endpoints[message.dst].ip;
  TransactionId same_server, same_client;
  int steps = 0;
  for (TransactionId id = found->second; id && steps < kMaxSearched; steps++) {
    const TransactionRecord& txn = model_.transactions[id];
    const bool other_fork =
        txn.kind == TransactionKind::ack_2xx && txn.dialog && !has_tag(txn.dialog, facts.to_tag);
    if (txn.call != message.call || txn.cseq != message.cseq || other_fork) {
      // Some stacks use one branch again and again (8.1.1.7 forbids it).
      id = txn.next_same_branch;
      continue;
    }
    const IpAddress& client = model_.endpoints[txn.src].ip;
    const IpAddress& server = model_.endpoints[txn.dst].ip;
    if (message.is_request() ? from == client && to == server : from == server && to == client)
      return id;
    // A response that is sent to another address than the request came from (18.2.2) is a finding,
    // not another transaction.
    if (!message.is_request() && from == server && !same_server) same_server = id;
    // A server with several addresses may answer from another one (17.1.3 asks for the branch
    // only).
    if (!message.is_request() && message.dst == txn.src && !same_client) same_client = id;
    id = txn.next_same_branch;
  }
  return same_server ? same_server : same_client;
}

// For a response whose Via is not what the client wrote. Finds the request of the same method and
// CSeq number between the same hosts that has no final response, or one with the same status.
TransactionId TransactionTable::find_by_cseq(const MessageRecord& response) const {
  const IpAddress& from = model_.endpoints[response.src].ip;
  const IpAddress& to = model_.endpoints[response.dst].ip;
  int steps = 0;
  for (TransactionId id = model_.calls[response.call].first_txn; id && steps < kMaxSearched;
       steps++) {
    const TransactionRecord& txn = model_.transactions[id];
    if (txn.method == response.method && txn.cseq == response.cseq && txn.request &&
        (txn.final_status == 0 || txn.final_status == response.status) &&
        model_.endpoints[txn.src].ip == to && model_.endpoints[txn.dst].ip == from)
      return id;
    id = txn.next_in_call;
  }
  return {};
}

// Compares the To tag of the ACK with those of the 2xxs: an ACK is for one fork (13.2.2.4).
TransactionTable::Fit TransactionTable::fit(const TransactionRecord& invite,
                                            const SipFacts& ack) const {
  // The first 2xx is looked at before all messages are walked: there is nearly always no other.
  const DialogId first =
      invite.final_response ? model_.messages[invite.final_response].dialog : DialogId{};
  if (first && has_tag(first, ack.to_tag)) return Fit::answered;
  Fit fit = Fit::unknown;
  int steps = 0;
  for (MessageId id = invite.last_message; id && steps < kMaxCopySearch; steps++) {
    const MessageRecord& message = model_.messages[id];
    if (message.status / 100 == 2 && message.dialog) {
      if (has_tag(message.dialog, ack.to_tag)) return Fit::answered;
      fit = Fit::other_fork;
    }
    id = message.previous_in_txn;
  }
  return fit;
}

// Finds the INVITE that the ACK is for. When several hops show the 2xx, the hop that the ACK takes
// is chosen. The host that sent the INVITE sends the ACK, often straight to the callee.
void TransactionTable::credit_ack(TransactionRecord* ack, const SipFacts& facts) {
  const auto same_host = [&](EndpointId a, EndpointId b) {
    return model_.endpoints[a].ip == model_.endpoints[b].ip;
  };
  auto best = std::tuple(Fit::other_fork, false, false);
  int steps = 0;
  for (TransactionId id = model_.calls[ack->call].first_txn; id && steps < kMaxSearched; steps++) {
    const TransactionRecord& txn = model_.transactions[id];
    // Each party counts its own requests: the other one's INVITE can have the same number.
    const bool comes_back = same_host(txn.src, ack->dst) && same_host(txn.dst, ack->src) &&
                            !same_host(txn.src, txn.dst);
    if (txn.method == Method::invite && txn.cseq == ack->cseq && !comes_back) {
      const auto rank =
          std::tuple(fit(txn, facts), same_host(txn.src, ack->src), same_host(txn.dst, ack->dst));
      if (rank >= best) {
        best = rank;
        ack->invite = id;
      }
    }
    id = txn.next_in_call;
  }
  if (ack->invite && std::get<Fit>(best) != Fit::other_fork)
    model_.transactions[ack->invite].acked = true;
}

TransactionId TransactionTable::create(MessageId id, const SipFacts& facts) {
  const MessageRecord& message = model_.messages[id];
  TransactionRecord txn;
  txn.call = message.call;
  txn.method = facts.method;
  txn.cseq = facts.cseq;
  txn.transport = message.transport;
  txn.first_ns = message.time_ns;
  txn.first_message = id;
  txn.src = message.is_request() ? message.src : message.dst;
  txn.dst = message.is_request() ? message.dst : message.src;
  if (facts.method == Method::invite) {
    txn.kind = TransactionKind::invite;
    txn.state = TransactionState::calling;
  } else if (facts.method == Method::ack) {
    txn.kind = TransactionKind::ack_2xx;
    txn.state = TransactionState::terminated;
    credit_ack(&txn, facts);
  } else if (facts.method == Method::cancel) {
    txn.invite = find(facts.invite_key, message, facts);
    if (txn.invite) model_.transactions[txn.invite].cancelled = true;
  }
  if (message.is_request()) {
    const auto previous = by_key_.find(facts.previous_hop_key);
    if (facts.previous_hop_key != 0 && previous != by_key_.end()) {
      txn.request_path = previous->second;
    }
  }
  auto [slot, inserted] = by_key_.try_emplace(facts.transaction_key);
  txn.cookie = facts.cookie;
  if (!inserted) {
    txn.next_same_branch = slot->second;
    const TransactionRecord& other = model_.transactions[slot->second];
    txn.branch_reused = other.call != txn.call || other.cseq != txn.cseq;
  }
  const TransactionId made = model_.transactions.add(txn);
  slot->second = made;
  if (facts.method == Method::refer && message.is_request() && model_.refers.size() < kMaxRefers)
    model_.refers.push_back(made);
  CallRecord& call = model_.calls[message.call];
  call.transactions++;
  if (call.last_txn) {
    model_.transactions[call.last_txn].next_in_call = made;
  } else {
    call.first_txn = made;
  }
  call.last_txn = made;
  return made;
}

void TransactionTable::link(TransactionId id, MessageId message_id) {
  MessageRecord& message = model_.messages[message_id];
  TransactionRecord& txn = model_.transactions[id];
  message.txn = id;
  message.previous_in_txn = txn.last_message;
  txn.last_message = message_id;
  txn.last_ns = message.time_ns;
}

bool TransactionTable::is_capture_duplicate(const MessageRecord& first, const MessageRecord& again,
                                            bool other_ttl) const {
  if (again.transport != Transport::udp) return false;
  if (again.point != first.point) return is_at_other_point(first, again);
  if (again.logged) return false;  // a log writes a message once
  const int64_t gap = again.time_ns - first.time_ns;
  // Captures of two points in one file: routers lie between them.
  if (other_ttl && first.ip_id == again.ip_id && gap < kPathNs) return true;
  if (first.ip_id != 0 || again.ip_id != 0) return first.ip_id == again.ip_id && gap < kSameIpIdNs;
  return gap < kDuplicateNs && unnumbered_[again.point].doubles();
}

void TransactionTable::count_unnumbered(const MessageRecord& message) {
  if (message.ip_id != 0 || message.transport != Transport::udp || message.logged) return;
  Unnumbered& seen = unnumbered_[message.point];
  if (!message.is_copy()) seen.messages++;
  if (message.duplicate) seen.doubled++;
}

// Marks a message as a copy when the same bytes passed the same hop before, even with other
// messages in between.
void TransactionTable::mark_copy(MessageRecord& message, const TransactionRecord& txn,
                                 bool other_ttl) const {
  int steps = 0;
  MessageId newest_copy;
  for (MessageId id = txn.last_message; id && steps < kMaxCopySearch; steps++) {
    const MessageRecord& other = model_.messages[id];
    if (same_message(other, message)) {
      if (!newest_copy) newest_copy = id;
      message.original = other.original ? other.original : id;
      break;
    }
    id = other.previous_in_txn;
  }
  if (!newest_copy) return;
  const MessageRecord& newest = model_.messages[newest_copy];
  message.duplicate = is_capture_duplicate(newest, message, other_ttl);
  message.retransmission = !message.duplicate;
  // A duplicate is a copy of the newest transmission, which may be a retransmission itself.
  if (message.duplicate) message.original = newest.duplicate ? newest.original : newest_copy;
}

void TransactionTable::on_request(TransactionRecord& txn, MessageId id, const SipFacts& facts) {
  const MessageRecord& message = model_.messages[id];
  if (message.method == Method::ack && txn.method == Method::invite) {
    // When the answer was cut, this may be the ACK of a 2xx: some stacks give it the same branch.
    const bool unknown_answer = message.truncated && txn.final_status == 0;
    if (!unknown_answer) txn.acked = true;
    if (txn.state == TransactionState::completed) txn.state = TransactionState::confirmed;
    return;
  }
  if (!txn.request) {
    txn.request = id;
    txn.expires_s = facts.expires_s;
    txn.event = facts.event;
    txn.has_auth = message.has_auth;
    txn.in_dialog = message.has_to_tag;
    txn.oversize = message.transport == Transport::udp && message.length > kMaxUdpRequest;
  }
  if (txn.requests < UINT16_MAX) txn.requests++;
}

void TransactionTable::on_response(TransactionRecord& txn, MessageId id, const SipFacts& facts) {
  const MessageRecord& message = model_.messages[id];
  if (txn.first_response_ns == 0) txn.first_response_ns = message.time_ns;
  if (!is_final(message.status)) {
    if (txn.provisionals < UINT16_MAX) txn.provisionals++;
    if (txn.final_status == 0) txn.state = TransactionState::proceeding;
    return;
  }
  if (txn.final_status == 0) {
    txn.final_status = message.status;
    txn.final_response_ns = message.time_ns;
    txn.final_response = id;
    txn.final_has_tag = message.has_to_tag;
    if (txn.method == Method::cancel && message.status == 481 && txn.invite)
      model_.transactions[txn.invite].cancel_refused = true;
    const bool accepted = txn.method == Method::invite && message.status < 300;
    txn.state = accepted ? TransactionState::accepted : TransactionState::completed;
  }
  // The 2xx of another fork is no copy of the first one.
  const DialogId dialog = model_.messages[txn.final_response].dialog;
  const bool other_fork = txn.succeeded() && dialog && !has_tag(dialog, facts.to_tag);
  if (message.status == txn.final_status && !other_fork && txn.responses < UINT16_MAX)
    txn.responses++;
}

int64_t watched_until(const Model& model, const TransactionRecord& txn) {
  int64_t until_ns = watched_until(model, model.messages[txn.last_message]);
  if (txn.transport == Transport::udp || model.tcp_gaps.empty()) return until_ns;
  const Endpoint& client = model.endpoints[txn.src];
  const Endpoint& server = model.endpoints[txn.dst];
  for (const TcpGap& gap : model.tcp_gaps) {
    const bool there = gap.src == client && gap.dst == server;
    const bool back = gap.src == server && gap.dst == client;
    if ((there || back) && gap.after_ns >= txn.first_ns)
      until_ns = std::max(txn.last_ns, std::min(until_ns, gap.before_ns));
  }
  return until_ns;
}

StateAsOfNow state_as_of_now(const TransactionRecord& txn, int64_t now_ns) {
  const int64_t since_first = now_ns - txn.first_ns;
  const int64_t since_final = txn.final_response_ns == 0 ? 0 : now_ns - txn.final_response_ns;
  const bool invite = txn.method == Method::invite;
  if (txn.kind == TransactionKind::ack_2xx) return {TransactionState::terminated, 0};
  if (txn.final_status == 0) {
    if (!txn.request || since_first < kTimerB) return {txn.state, 0};
    if (invite && txn.provisionals > 0) return {txn.state, 0};  // Timer B stops at the first 1xx
    return {TransactionState::timed_out, invite ? 'B' : 'F'};
  }
  // Timers I and J are 0 over a reliable transport (17.2.1, 17.2.2).
  const bool reliable = txn.transport != Transport::udp;
  if (!invite) {
    if (!reliable && since_final < kTimerB) return {txn.state, 0};
    return {TransactionState::terminated, 'J'};
  }
  if (txn.state == TransactionState::confirmed) {
    if (!reliable && now_ns - txn.last_ns < kT4Ns) return {txn.state, 0};
    return {TransactionState::terminated, 'I'};
  }
  if (since_final < kTimerB) return {txn.state, 0};
  if (txn.final_status < 300) return {TransactionState::terminated, 'L'};
  if (!txn.acked && txn.responses > 1) return {TransactionState::timed_out, 'H'};
  return {TransactionState::terminated, txn.acked ? 'I' : 'D'};
}

}  // namespace sipladder
