#include "correlate/sip/calls.h"

#include "correlate/sip/dialogs.h"
#include "correlate/sip/transactions.h"

namespace sipladder {
namespace {

CallKind kind_of(Method method) {
  switch (method) {
    case Method::invite:
      return CallKind::call;
    case Method::register_:
      return CallKind::registration;
    case Method::subscribe:
    case Method::notify:
      return CallKind::subscription;
    case Method::options:
      return CallKind::options;
    case Method::message:
      return CallKind::message;
    case Method::publish:
      return CallKind::publish;
    // Only an INVITE dialog has these: the capture began in mid-call.
    case Method::ack:
    case Method::bye:
    case Method::cancel:
    case Method::prack:
    case Method::update:
      return CallKind::call;
    default:
      return CallKind::other;
  }
}

// Without a Call-ID, no message after the INVITE can be joined to its call. Such a message alone is
// no call.
CallKind kind_without_call_id(Method method) {
  const CallKind kind = kind_of(method);
  return kind == CallKind::call && method != Method::invite ? CallKind::other : kind;
}

// Whether the caller wrote the message. The author's tag (From of a request, To of a response) is
// compared with the From tag of the call's first request.
bool written_by_caller(const MessageRecord& message, const CallRecord& call,
                       const SipFacts& facts) {
  const bool from_is_caller = facts.from_tag == call.caller_tag_hash ||
                              (facts.to_tag != call.caller_tag_hash || facts.to_tag == 0);
  return message.is_request() == from_is_caller;
}

// `within_dialog`: the message is a re-INVITE or a response to one. When the capture began too late
// for the answer to the call, the answer to a re-INVITE counts as the answer.
void note_times(CallRecord& call, const MessageRecord& message, bool within_dialog,
                bool is_ack_of_2xx) {
  // An ACK of a 2xx that the capture lacks (13.2.2.4): the call was answered before it.
  if (is_ack_of_2xx && call.invite_ns != 0 && call.answer_ns == 0) call.answer_ns = message.time_ns;
  if (message.method != Method::invite) return;
  if (message.is_request()) {
    if (call.invite_ns == 0 && !within_dialog) call.invite_ns = message.time_ns;
    return;
  }
  if (message.status >= 180 && message.status < 190 && !within_dialog) {
    if (call.ring_ns == 0) call.ring_ns = message.time_ns;
    if (call.progress_ns == 0 && message.status <= 183) call.progress_ns = message.time_ns;
  }
  if (message.status >= 200 && message.status < 300 && call.answer_ns == 0)
    call.answer_ns = message.time_ns;
}

}  // namespace

namespace {

// A client may use one Call-ID for its registration and for a call.
bool begins_call(const MessageRecord& message, const CallRecord& call) {
  return call.kind != CallKind::call && message.is_request() && message.method == Method::invite &&
         !message.has_to_tag;
}

// Earlier messages share nothing with the call but the Call-ID. From here on the INVITE names the
// parties.
void become_call(CallRecord& call, const SipFacts& facts) {
  call.kind = CallKind::call;
  call.state = CallState::calling;
  call.caller_tag_hash = facts.from_tag;
  call.first_request = call.first_response = MessageId{};
}

}  // namespace

CallId CallTable::find_or_create(const MessageRecord& message, const SipFacts& facts) {
  if (facts.call_hash != 0) {
    const auto found = by_id_.find(facts.call_hash);
    if (found != by_id_.end()) return found->second;
  }
  CallRecord call;
  call.start_ns = message.time_ns;
  call.id_hash = facts.call_hash;
  call.caller_tag_hash = facts.from_tag;
  call.kind = facts.no_call_id ? kind_without_call_id(facts.method) : kind_of(facts.method);
  call.state = call.kind == CallKind::call ? CallState::calling : CallState::pending;
  const CallId made = model_.calls.add(call);
  model_.labels.add(CallLabel());
  if (facts.call_hash != 0) by_id_.emplace(facts.call_hash, made);
  return made;
}

void CallTable::forget_evicted() {
  absl::erase_if(by_id_, [&](const auto& slot) { return !model_.calls.holds(slot.second); });
  std::erase_if(due_, [&](CallId id) { return !model_.calls.holds(id); });
}

MessageId CallTable::add(MessageRecord message, const SipFacts& facts, const SipIndex& sip) {
  message.call = find_or_create(message, facts);
  CallRecord& call = model_.calls[message.call];
  if (begins_call(message, call)) become_call(call, facts);
  message.from_caller = written_by_caller(message, call, facts);
  const MessageId id = model_.messages.add(message);
  if (call.last_message) {
    model_.messages[call.last_message].next_in_call = id;
  } else {
    call.first_message = id;
  }
  const bool names_it =
      !call.last_message || (message.is_request() && !call.first_request && message.from_caller);
  if (names_it) model_.labels[message.call] = CallLabel(names_in(sip));
  call.last_message = id;
  call.end_ns = message.time_ns;
  call.messages++;
  if (message.is_request()) {
    if (!call.first_request) call.first_request = id;
    if (message.method == Method::register_) call.unregisters = facts.unregisters;
  } else if (!call.first_response) {
    call.first_response = id;
  }
  return id;
}

// Another fork of the call is still up: the caller ends the dialog of a second fork that answered,
// and talks on with the first (13.2.2.4).
bool CallTable::goes_on(const CallRecord& call) const {
  int steps = 0;
  for (DialogId id = call.first_dialog; id && steps < kMaxForks; steps++) {
    const DialogRecord& dialog = model_.dialogs[id];
    if (dialog.forked && dialog.acked && dialog.state == DialogState::confirmed) return true;
    id = dialog.next_in_call;
  }
  return false;
}

void CallTable::update(MessageId id) {
  const MessageRecord& message = model_.messages[id];
  CallRecord& call = model_.calls[message.call];
  if (message.retransmission) call.retransmissions++;
  if (message.malformed) call.has_malformed = true;
  if (message.is_copy()) return;
  if (message.method == Method::invite && call.kind != CallKind::call) {
    // An INVITE within a dialog. It makes a call of a Call-ID that began with INFO or REFER in the
    // middle of a dialog, but not of a registration or a subscription.
    if (call.kind == CallKind::other) call.kind = CallKind::call;
  }
  const bool is_ack_of_2xx = message.method == Method::ack && message.has_to_tag && message.txn &&
                             model_.transactions[message.txn].method == Method::ack;
  note_times(call, message, message.txn && model_.transactions[message.txn].in_dialog,
             is_ack_of_2xx);
  // A 2xx proves a BYE that the capture lacks.
  const bool hangs_up =
      message.method == Method::bye && (message.is_request() || message.status / 100 == 2);
  if (hangs_up && !call.first_bye) call.first_bye = message.txn;
  if (hangs_up && call.bye_ns == 0 && !goes_on(call)) call.bye_ns = message.time_ns;
  // Only now does the 2xx show that the BYE ended one fork, and not the call.
  if (hangs_up && message.txn && model_.transactions[message.txn].first_ns == call.bye_ns &&
      goes_on(call))
    call.bye_ns = 0;
  call.sdp.add(message.sdp);
  (message.from_caller ? call.caller_types : call.callee_types) |= message.sdp.types;
  // A message that was cut may have held SDP.
  if (message.has_sdp || message.truncated)
    (message.from_caller ? call.sdp_offered : call.sdp_answered) = true;
  if (!call.outcome_due) {
    call.outcome_due = true;
    due_.push_back(message.call);
  }
}

void prefetch_chains(const Model& model, CallId id) {
  const CallRecord& call = model.calls[id];
  if (call.first_txn) __builtin_prefetch(&model.transactions[call.first_txn]);
  if (call.last_txn) __builtin_prefetch(&model.transactions[call.last_txn]);
  if (call.first_dialog) __builtin_prefetch(&model.dialogs[call.first_dialog]);
}

void CallTable::decide_outcomes() {
  for (size_t i = 0; i < due_.size(); i++) {
    if (i + kCallsAhead < due_.size()) prefetch_chains(model_, due_[i + kCallsAhead]);
    CallRecord& call = model_.calls[due_[i]];
    call.outcome_due = false;
    decide_outcome(model_, call);
  }
  due_.clear();
}

namespace {

// The transaction that decides the outcome: the newest initial INVITE (or REGISTER, ...) of the
// first hop. A 401 or 407 that was answered by a new request is thereby no outcome.
struct Deciding {
  const TransactionRecord* txn = nullptr;
  const TransactionRecord* answered = nullptr;  // any INVITE with a 2xx
};

constexpr uint32_t kMaxTransactionsRead = 256;

Deciding deciding_transaction(const Model& model, const CallRecord& call) {
  Deciding result;
  const bool is_call = call.kind == CallKind::call;
  uint32_t steps = 0;
  const auto consider = [&](const TransactionRecord& txn) {
    if (txn.method == Method::ack || txn.method == Method::cancel) return;
    if (is_call && txn.method != Method::invite) return;
    if (is_call && txn.succeeded() && result.answered == nullptr) result.answered = &txn;
    if (is_call && txn.in_dialog) return;
    const bool first_hop =
        result.txn == nullptr || model.endpoints[txn.src].ip == model.endpoints[result.txn->src].ip;
    if (result.txn == nullptr || (first_hop && txn.cseq >= result.txn->cseq && !txn.request_path))
      result.txn = &txn;
  };
  for (TransactionId id = call.first_txn; id && steps < kMaxTransactionsRead; steps++) {
    const TransactionRecord& txn = model.transactions[id];
    consider(txn);
    id = txn.next_in_call;
  }
  if (steps == kMaxTransactionsRead && call.last_txn) consider(model.transactions[call.last_txn]);
  return result;
}

// The state of a call whose INVITE had a final response other than 2xx. A proxy that gives up
// cancels the branches behind it, not the hop that decides.
CallState failed_invite_state(const TransactionRecord& txn, bool rang) {
  const uint16_t status = txn.final_status;
  // A 487 without a CANCEL: the callee gave up because the INVITE had expired, or the CANCEL went
  // where the capture does not see it.
  if (status == 487)
    return !txn.cancelled && txn.expired() ? CallState::no_answer : CallState::cancelled;
  if (txn.cancelled && !txn.cancel_refused && status >= 400) return CallState::cancelled;
  if (status == 486 || status == 600) return CallState::busy;
  if (status < 400) return CallState::redirected;
  if (status == 480 || (status == 408 && rang)) return CallState::no_answer;
  if (status == 408) return CallState::timeout;
  if (status == 603 || status == 401 || status == 403 || status == 407) return CallState::rejected;
  return status >= 500 && status < 600 ? CallState::failed : CallState::rejected;
}

// Told by the BYE that ended the call, whatever dialog it names. A BYE that was sent because of a
// timer counts as one of the network.
Party who_ends_it(const Model& model, const CallRecord& call) {
  uint32_t steps = 0;
  for (TransactionId id = call.first_bye; id && steps < kMaxTransactionsRead; steps++) {
    const TransactionRecord& txn = model.transactions[id];
    id = txn.next_in_call;
    if (txn.method != Method::bye || txn.first_ns < call.bye_ns) continue;
    const MessageRecord& bye = model.messages[txn.first_message];
    if (bye.timed_out) return Party::network;
    if (bye.truncated && call.caller_tag_hash == 0) return Party::none;  // its From is cut off
    return bye.from_caller == bye.is_request() ? Party::caller : Party::callee;
  }
  return Party::none;
}

// The capture lacks the final response, but it was a 2xx. That is shown by an ACK with a
// transaction of its own, or by a BYE that was answered.
bool was_answered_unseen(const Model& model, const CallRecord& call, const Deciding& deciding) {
  if (deciding.txn == nullptr || deciding.txn->final_status != 0) return false;
  if (call.answer_ns != 0) return true;
  if (call.bye_ns == 0) return false;
  uint32_t steps = 0;
  for (TransactionId id = call.first_bye; id && steps < kMaxTransactionsRead; steps++) {
    const TransactionRecord& txn = model.transactions[id];
    id = txn.next_in_call;
    if (txn.method == Method::bye && txn.succeeded()) return true;
  }
  return false;
}

// An INVITE of the call reached the host that sends this one.
bool is_sent_by_who_was_called(const Model& model, const CallRecord& call,
                               const TransactionRecord& invite) {
  const IpAddress& sender = model.endpoints[invite.src].ip;
  uint32_t steps = 0;
  for (TransactionId id = call.first_txn; id && steps < kMaxTransactionsRead; steps++) {
    const TransactionRecord& txn = model.transactions[id];
    id = txn.next_in_call;
    if (txn.method == Method::invite && model.endpoints[txn.dst].ip == sender) return true;
  }
  return false;
}

// A B2BUA whose legs have one Call-ID: the caller was refused, or had given up. The callee behind
// the B2BUA answered all the same, and was hung up on at once.
bool was_answered_too_late(const Model& model, const CallRecord& call, const Deciding& deciding) {
  if (deciding.txn == nullptr || deciding.answered == nullptr) return false;
  const TransactionRecord& caller = *deciding.txn;
  const TransactionRecord& behind = *deciding.answered;
  const bool another_host = model.endpoints[behind.src].ip != model.endpoints[caller.src].ip;
  return caller.final_status >= 400 && another_host && !behind.request_path &&
         behind.first_ns < caller.final_response_ns &&
         is_sent_by_who_was_called(model, call, behind);
}

// No answer came back. An answer whose CSeq is cut off belongs to no transaction, but it is an
// answer to this call.
bool is_timed_out(const Model& model, const CallRecord& call, const TransactionRecord& txn) {
  if (state_as_of_now(model, txn).state != TransactionState::timed_out) return false;
  if (!call.first_response) return true;
  const MessageRecord& answer = model.messages[call.first_response];
  return !answer.truncated || answer.method != Method::unknown;
}

void decide_call(const Model& model, CallRecord& call, Deciding deciding) {
  if (was_answered_too_late(model, call, deciding)) {
    deciding.answered = nullptr;
    call.answer_ns = call.bye_ns = 0;
  }
  if (deciding.answered != nullptr || (call.bye_ns != 0 && call.invite_ns == 0) ||
      was_answered_unseen(model, call, deciding)) {
    if (deciding.answered != nullptr) call.final_status = deciding.answered->final_status;
    call.state = call.bye_ns != 0 ? CallState::completed : CallState::in_call;
    if (call.bye_ns != 0) call.ended_by = who_ends_it(model, call);
    return;
  }
  if (deciding.txn == nullptr) {
    if (call.dialogs > 0) call.state = CallState::in_call;  // only the middle of it was captured
    return;
  }
  const TransactionRecord& txn = *deciding.txn;
  if (txn.final_status != 0) {
    call.final_status = txn.final_status;
    if (call.progress_ns == 0) call.progress_ns = txn.final_response_ns;
    call.state = failed_invite_state(txn, call.ring_ns != 0);
    call.ended_by = call.state == CallState::cancelled ? Party::caller
                    : txn.final_status == 408          ? Party::network
                                                       : Party::callee;
    return;
  }
  if (is_timed_out(model, call, txn)) {
    call.state = CallState::timeout;
    call.ended_by = Party::network;
    return;
  }
  if (txn.cancelled) {
    call.state = CallState::cancelled;
    call.ended_by = Party::caller;
    return;
  }
  // An ACK inside the INVITE transaction: the final response, which the capture lacks, was no 2xx.
  call.state = txn.acked           ? CallState::failed
               : call.ring_ns != 0 ? CallState::ringing
                                   : CallState::calling;
}

void decide_other(const Model& model, CallRecord& call, const Deciding& deciding) {
  if (deciding.txn == nullptr) return;
  const TransactionRecord& txn = *deciding.txn;
  const bool registration = call.kind == CallKind::registration;
  call.final_status = txn.final_status;
  if (txn.final_status == 0) {
    const bool late = is_timed_out(model, call, txn);
    call.state = late           ? CallState::timeout
                 : registration ? CallState::registering
                                : CallState::pending;
  } else if (txn.final_status < 300) {
    call.state = !registration      ? CallState::done
                 : call.unregisters ? CallState::unregistered
                                    : CallState::registered;
  } else {
    call.state = CallState::rejected;
  }
}

}  // namespace

void decide_outcome(const Model& model, CallRecord& call) {
  const Deciding deciding = deciding_transaction(model, call);
  if (call.kind == CallKind::call) {
    decide_call(model, call, deciding);
  } else {
    decide_other(model, call, deciding);
  }
}

}  // namespace sipladder
