#include "correlate/sip/dialogs.h"

#include "correlate/sip/transactions.h"

namespace sipladder {
namespace {

bool creates_dialog(Method method) {
  return method == Method::invite || method == Method::subscribe || method == Method::refer;
}

// Methods that are sent only in the dialog of an INVITE.
bool is_of_invite(Method method) {
  return method == Method::invite || method == Method::ack || method == Method::bye ||
         method == Method::prack || method == Method::update || method == Method::info;
}

bool is_answer(const MessageRecord& message) {
  return !message.is_request() && creates_dialog(message.method);
}

// A request with both tags proves a dialog that began before the capture; so does any non-failing
// response to one.
bool may_create(const MessageRecord& message) {
  if (message.method == Method::register_ || message.method == Method::cancel) return false;
  if (message.is_request()) {
    return message.method != Method::ack && message.method != Method::options &&
           message.method != Method::message;
  }
  return creates_dialog(message.method) && message.status > 100 && message.status < 300;
}

}  // namespace

void DialogTable::add(MessageId id, const SipFacts& facts) {
  const MessageRecord& added = model_.messages[id];
  if (added.method == Method::invite && added.status >= 300) end_forks(added);
  if (facts.from_tag == 0 || facts.to_tag == 0) return;
  const DialogId dialog_id = find_or_create(id, facts);
  if (!dialog_id) return;
  MessageRecord& message = model_.messages[id];
  DialogRecord& dialog = model_.dialogs[dialog_id];
  message.dialog = dialog_id;
  // A B2BUA that keeps the Call-ID has tags of its own on each side.
  if (dialog.caller_tag_hash != dialog.callee_tag_hash)
    message.from_caller = message.is_request() == (facts.from_tag == dialog.caller_tag_hash);
  dialog.last_ns = message.time_ns;
  mark_fork_of_one_invite(message, dialog_id);
  if (message.txn && !model_.transactions[message.txn].dialog)
    model_.transactions[message.txn].dialog = dialog_id;
  if (message.is_copy()) return;
  learn_targets(dialog, message, id, facts);
  learn_timer(dialog, message, id, facts);
  if (!dialog.of_call && is_of_call(message, facts)) {
    dialog.of_call = true;
    reopen(dialog);
  }
  move_state(dialog, message, id);
  move_subscription(dialog, message, id, facts);
}

void DialogTable::forget_evicted() {
  absl::erase_if(by_key_, [&](const auto& slot) { return !model_.dialogs.holds(slot.second); });
}

DialogId DialogTable::find_or_create(MessageId id, const SipFacts& facts) {
  const MessageRecord& message = model_.messages[id];
  const uint64_t key = facts.dialog_key();
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) return found->second;
  const bool allowed = message.is_request() ? may_create(message) && !is_unproven(message, facts)
                                            : may_create(message) || proves_its_request(message);
  if (!allowed) return {};
  CallRecord& call = model_.calls[message.call];
  DialogRecord dialog;
  dialog.call = message.call;
  dialog.created_by = id;
  dialog.early_ns = message.time_ns;
  const bool from_is_caller = message.is_request() == message.from_caller;
  dialog.caller_tag_hash = from_is_caller ? facts.from_tag : facts.to_tag;
  dialog.callee_tag_hash = from_is_caller ? facts.to_tag : facts.from_tag;
  const DialogId made = model_.dialogs.add(dialog);
  by_key_.emplace(key, made);
  if (call.last_dialog) {
    model_.dialogs[call.last_dialog].next_in_call = made;
    if (call.kind == CallKind::call) mark_forks(call, model_.dialogs[made]);
  } else {
    call.first_dialog = made;
  }
  call.last_dialog = made;
  call.dialogs++;
  return made;
}

// The request's author already has a dialog in this call, which an answer has confirmed, and the
// request names another one. That is a fork whose answer the capture lacks, or a mistake of the
// author. The response to the request tells which.
bool DialogTable::is_unproven(const MessageRecord& request, const SipFacts& facts) const {
  const CallRecord& call = model_.calls[request.call];
  if (call.kind != CallKind::call) return false;
  int steps = 0;
  for (DialogId id = call.first_dialog; id && steps < kMaxForks; steps++) {
    const DialogRecord& other = model_.dialogs[id];
    const bool of_author =
        facts.from_tag == other.caller_tag_hash || facts.from_tag == other.callee_tag_hash;
    if (of_author && other.confirmed_ns != 0 && !model_.messages[other.created_by].is_request())
      return true;
    id = other.next_in_call;
  }
  return false;
}

bool DialogTable::proves_its_request(const MessageRecord& response) const {
  if (response.status / 100 != 2 || !response.txn) return false;
  const TransactionRecord& txn = model_.transactions[response.txn];
  return txn.request && txn.in_dialog && may_create(model_.messages[txn.request]) &&
         model_.calls[response.call].kind == CallKind::call;
}

// The address on the caller's side of the hop that created the dialog.
EndpointId DialogTable::callers_end(const DialogRecord& dialog) const {
  const MessageRecord& first = model_.messages[dialog.created_by];
  return first.from_caller ? first.src : first.dst;
}

// Dialogs with one caller's tag and several callee's tags at one client are a fork. A B2BUA that
// keeps the Call-ID, and even the caller's tag, is a client of its own. A caller that was
// redirected or refused sends another INVITE: its dialogs are no fork.
void DialogTable::mark_forks(const CallRecord& call, DialogRecord& made) {
  const MessageRecord& message = model_.messages[made.created_by];
  const IpAddress& client = model_.endpoints[callers_end(made)].ip;
  int steps = 0;
  for (DialogId id = call.first_dialog; id && steps < kMaxForks; steps++) {
    DialogRecord& other = model_.dialogs[id];
    const MessageRecord& first = model_.messages[other.created_by];
    const bool same_request =
        !is_answer(first) || !is_answer(message) || first.is_in_exchange_of(message);
    if (&other != &made && other.caller_tag_hash == made.caller_tag_hash && same_request &&
        model_.endpoints[callers_end(other)].ip == client) {
      other.forked = made.forked = true;
    }
    id = other.next_in_call;
  }
}

// A fork whose dialogs were each seen first behind another proxy. In front of the proxies, one
// INVITE has answers of both dialogs.
void DialogTable::mark_fork_of_one_invite(const MessageRecord& message, DialogId id) {
  if (message.is_request() || message.method != Method::invite || !message.txn) return;
  const DialogId other = model_.transactions[message.txn].dialog;
  if (!other || other == id) return;
  if (model_.calls[message.call].kind == CallKind::call)
    model_.dialogs[other].forked = model_.dialogs[id].forked = true;
}

// Remote targets: Contact of the dialog-creating request and response, refreshed by re-INVITE and
// UPDATE (12.1, 12.2).
void DialogTable::learn_targets(DialogRecord& dialog, const MessageRecord& message, MessageId id,
                                const SipFacts& facts) {
  const bool target_method = creates_dialog(message.method) || message.method == Method::update;
  if (!target_method || message.status >= 300) return;
  if (facts.has_contact) {
    MessageId& target = message.from_caller ? dialog.caller_target : dialog.callee_target;
    target = id;
  }
  // A response reaches the caller last, so the newest copy of the dialog-creating response has the
  // complete route set.
  if (!message.is_request() && dialog.confirmed_ns == 0 && facts.has_record_route) {
    dialog.route_set = id;
    dialog.strict_route = facts.strict_route;
  }
  if (!dialog.caller_target && message.txn) {
    dialog.caller_target = model_.transactions[message.txn].request;
  }
}

// The newest 2xx decides; one without Session-Expires ends the timer (RFC 4028 7.2).
void DialogTable::learn_timer(DialogRecord& dialog, const MessageRecord& message, MessageId id,
                              const SipFacts& facts) {
  const bool may_set = message.method == Method::invite || message.method == Method::update;
  if (!may_set || message.status < 200 || message.status > 299) return;
  if (facts.session_s == SipFacts::kNoTimer) return;
  dialog.timer_set = facts.session_s == 0 ? MessageId{} : id;
  dialog.timer_s = facts.session_s;
}

// An ACK inside an INVITE transaction is for a final response that is no 2xx (17.1.1.3).
bool DialogTable::refuses(const MessageRecord& ack) const {
  return ack.txn && model_.transactions[ack.txn].method == Method::invite;
}

// An early dialog ends with a non-2xx final response (12.3).
void DialogTable::end_early(DialogRecord& dialog, int64_t time_ns) {
  if (dialog.state != DialogState::early) return;
  dialog.state = DialogState::terminated;
  dialog.ended_ns = time_ns;
}

// All early dialogs of an INVITE end when it fails, whatever To tag its final response has.
void DialogTable::end_forks(const MessageRecord& refusal) {
  int steps = 0;
  for (DialogId id = model_.calls[refusal.call].first_dialog; id && steps < kMaxForks; steps++) {
    DialogRecord& dialog = model_.dialogs[id];
    if (model_.messages[dialog.created_by].txn == refusal.txn) end_early(dialog, refusal.time_ns);
    id = dialog.next_in_call;
  }
}

void DialogTable::end(DialogRecord& dialog, const MessageRecord& bye, MessageId id) {
  dialog.ended_ns = bye.time_ns;
  dialog.ended_by = bye.from_caller == bye.is_request() ? Party::caller : Party::callee;
  dialog.ended_message = id;
  dialog.state = DialogState::terminated;
}

// Undoes the end of a dialog that its last subscription seemed to have ended.
void DialogTable::reopen(DialogRecord& dialog) {
  if (!dialog.ended_message) return;
  dialog.ended_ns = 0;
  dialog.ended_by = Party::none;
  dialog.ended_message = {};
  dialog.state = DialogState::confirmed;
}

void DialogTable::confirm(DialogRecord& dialog, int64_t time_ns) {
  dialog.state = DialogState::confirmed;
  dialog.confirmed_ns = time_ns;
}

void DialogTable::move_state(DialogRecord& dialog, const MessageRecord& message, MessageId id) {
  if (message.is_request()) {
    if (message.method == Method::bye && dialog.ended_ns == 0) {
      end(dialog, message, id);
    } else if (message.method == Method::ack && !refuses(message)) {
      dialog.acked = true;
      if (dialog.state == DialogState::early) confirm(dialog, message.time_ns);
    } else if (message.method == Method::ack) {
      end_early(dialog, message.time_ns);
    } else if (dialog.state == DialogState::early && message.method != Method::prack &&
               message.method != Method::update && message.method != Method::info) {
      confirm(dialog, message.time_ns);
    }
    return;
  }
  // 199: early dialog terminated (RFC 6228).
  const bool refused = message.status >= 300 || message.status == 199;
  if (creates_dialog(message.method) && refused) end_early(dialog, message.time_ns);
  // A 2xx proves a BYE that the capture lacks.
  if (message.method == Method::bye && message.status / 100 == 2 && dialog.ended_ns == 0)
    end(dialog, message, id);
  if (dialog.state == DialogState::early && creates_dialog(message.method) &&
      message.status >= 200 && message.status < 300) {
    confirm(dialog, message.time_ns);
  }
}

// The message shows that its dialog is one of an INVITE. When the dialog began before the capture,
// REFER and the events of REFER and KPML show that too (RFC 3515 2.4.4, RFC 4730).
bool DialogTable::is_of_call(const MessageRecord& message, const SipFacts& facts) const {
  if (is_of_invite(message.method)) return true;
  const MessageId first = model_.calls[message.call].naming_message();
  return facts.of_call_event && first && model_.messages[first].has_to_tag;
}

// A dialog ends with the last of its usages. It does not end with one subscription while a call or
// another subscription shares the dialog (RFC 5057 4, RFC 6665 4.4.1).
void DialogTable::move_subscription(DialogRecord& dialog, const MessageRecord& message,
                                    MessageId id, const SipFacts& facts) {
  const bool subscribe = message.method == Method::subscribe;
  if (dialog.of_call || (!subscribe && message.method != Method::notify) || !message.txn) return;
  const TransactionRecord& txn = model_.transactions[message.txn];
  if (!txn.request) return;  // the event is not known
  const uint64_t bit = uint64_t{1} << txn.event;
  const bool is_unknown = message.status == 481;
  if (is_unknown || (message.status < 300 && facts.subscription == SubscriptionStep::ends)) {
    dialog.subscriptions = is_unknown ? 0 : dialog.subscriptions & ~bit;
    if (dialog.subscriptions != 0 || dialog.ended_ns != 0) return;
    end(dialog, message, id);
    if (is_unknown) dialog.ended_by = Party::none;  // the dialog had ended before, unseen
    return;
  }
  // The 2xx grants what its SUBSCRIBE asks for, unless a NOTIFY that overtook it says otherwise.
  const bool grants = subscribe && message.status / 100 == 2 && dialog.ended_ns < txn.first_ns;
  const bool notifies = !subscribe && message.is_request();
  if (facts.subscription != SubscriptionStep::lives || (!grants && !notifies)) return;
  dialog.subscriptions |= bit;
  reopen(dialog);
}

DialogState state_as_of_now(const Model& model, const DialogRecord& dialog) {
  const TransactionId invite = model.messages[dialog.created_by].txn;
  if (dialog.state != DialogState::early || !invite) return dialog.state;
  const TransactionRecord& txn = model.transactions[invite];
  const bool over = txn.method == Method::invite && txn.succeeded() &&
                    watched_until(model, txn) - txn.final_response_ns > kTimerB;
  return over ? DialogState::terminated : dialog.state;
}

}  // namespace sipladder
