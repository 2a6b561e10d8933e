#include "correlate/nat/contact_reach.h"

#include "correlate/model/hash.h"
#include "correlate/registry/register_values.h"
#include "correlate/sip/transactions.h"
#include "decode/text.h"

namespace sipladder {
namespace {

uint64_t key_of(std::string_view uri, DialogId dialog) {
  return mix(hash_text(contact_key(uri)), dialog.value);
}

bool has_param(std::string_view params, std::string_view name) {
  return param(params, name).has_value();
}

// What the parameters of a Contact's URI tell.
ContactReach told_by_uri(std::string_view uri_text) {
  const SipUri uri = parse_uri(uri_text);
  if (has_param(uri.params, "ob")) return ContactReach::outbound;
  if (has_param(uri.params, "gr")) return ContactReach::gruu;
  if (has_param(uri.params, "alias")) return ContactReach::alias;
  return ContactReach::unknown;
}

}  // namespace

std::string_view to_string(ContactReach reach) {
  static constexpr std::string_view kNames[] = {
      "", "lost", "outbound", "gruu", "path", "received", "alias", "rewritten", "route", "source"};
  return kNames[static_cast<size_t>(reach)];
}

bool ContactReaches::is_out_of_reach(const std::optional<IpAddress>& ip) const {
  return ip && is_private_scope(scope_of(*ip)) && !nat_.sends(*ip);
}

// Looks again when packets came since the last time.
void ContactReaches::update() {
  const Seen seen{model_.messages.size(), model_.evicted.epoch, model_.finished};
  if (seen == seen_) return;
  seen_ = seen;
  nat_.update();
  asked_ = answered_ = {};
  answered_at_.clear();
  lost_.clear();
  size_t read = 0;
  for (const TransactionId id : model_.transactions.ids()) note_request(id, &read);
}

void ContactReaches::note_request(TransactionId id, size_t* read) {
  const TransactionRecord& txn = model_.transactions[id];
  if (!txn.request || txn.method == Method::register_ || txn.method == Method::ack) return;
  if (txn.final_status != 0) {
    if (!txn.in_dialog && txn.final_status != 408) answered_at_.insert(txn.dst.value);
    return;
  }
  if (txn.provisionals != 0 || *read >= kMostRead ||
      state_as_of_now(model_, txn).state != TransactionState::timed_out)
    return;
  ++*read;
  if (!view_.load(model_.messages[txn.request])) return;
  lost_.insert(key_of(view_.sip().request_uri, txn.in_dialog ? txn.dialog : DialogId{}));
}

const ContactReaches::Contacts& ContactReaches::contacts_of(MessageId id, Contacts* kept) {
  if (kept->of == id) return *kept;
  *kept = {};
  kept->of = id;
  if (!id || !view_.load(model_.messages[id])) return *kept;
  const SipIndex& sip = view_.sip();
  kept->path = sip.has(HeaderId::path);
  for (const std::string_view value : header_values(sip, HeaderId::contact)) {
    const NameAddr contact = parse_name_addr(value);
    kept->params.try_emplace(contact_key(contact.uri), contact.params);
    kept->only = parse_ip(parse_uri(contact.uri).host);
  }
  if (kept->params.size() != 1 || sip.status / 100 != 2) kept->only.reset();
  return *kept;
}

// What the newest REGISTER of the binding tells.
ContactReach ContactReaches::asked_by(const Binding& binding) {
  if (!model_.messages[binding.last_message].is_request()) return ContactReach::unknown;
  const Contacts& asked = contacts_of(binding.last_message, &asked_);
  if (asked.path) return ContactReach::path;
  const auto contact = asked.params.find(contact_key(binding.contact));
  const bool flow = contact != asked.params.end() && has_param(contact->second, "reg-id");
  return flow ? ContactReach::outbound : ContactReach::unknown;
}

// What the 2xx to the newest REGISTER tells.
ContactReach ContactReaches::answered_to(const Binding& binding) {
  const MessageRecord& message = model_.messages[binding.last_message];
  const MessageId answer = !message.is_request() ? binding.last_message
                           : message.txn         ? model_.transactions[message.txn].final_response
                                                 : MessageId{};
  const Contacts& answered = contacts_of(answer, &answered_);
  const auto contact = answered.params.find(contact_key(binding.contact));
  if (contact != answered.params.end()) {
    if (has_param(contact->second, "received")) return ContactReach::received;
    if (has_param(contact->second, "pub-gruu") || has_param(contact->second, "temp-gruu"))
      return ContactReach::gruu;
  } else if (answered.only && binding.src && *answered.only == model_.endpoints[binding.src].ip) {
    return ContactReach::rewritten;
  }
  return answered.path ? ContactReach::path : ContactReach::unknown;
}

ContactReach ContactReaches::of(const Binding& binding) {
  update();
  if (!is_out_of_reach(parse_ip(parse_uri(binding.contact).host))) return ContactReach::unknown;
  if (lost_.contains(key_of(binding.contact, {}))) return ContactReach::lost;
  ContactReach reach = asked_by(binding);
  if (reach == ContactReach::unknown) reach = told_by_uri(binding.contact);
  if (reach == ContactReach::unknown) reach = answered_to(binding);
  const bool at_source = binding.src && answered_at_.contains(binding.src.value);
  return reach == ContactReach::unknown && at_source ? ContactReach::source : reach;
}

ContactReach ContactReaches::of(DialogId id, Party whose) {
  update();
  const DialogRecord& dialog = model_.dialogs[id];
  const MessageId named = whose == Party::caller ? dialog.caller_target : dialog.callee_target;
  if (!named || !view_.load(model_.messages[named])) return ContactReach::unknown;
  const std::string contact(parse_name_addr(view_.sip().value(HeaderId::contact)).uri);
  if (!is_out_of_reach(parse_ip(parse_uri(contact).host))) return ContactReach::unknown;
  if (lost_.contains(key_of(contact, id))) return ContactReach::lost;
  const ContactReach told = told_by_uri(contact);
  if (told != ContactReach::unknown) return told;
  return dialog.route_set ? ContactReach::route : ContactReach::unknown;
}

}  // namespace sipladder
