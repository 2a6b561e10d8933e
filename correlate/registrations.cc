#include "correlate/registrations.h"

#include <algorithm>

#include "decode/text.h"

namespace sipladder {
namespace {

// A host is compared without case, a user as it is (RFC 3261 19.1.4).
std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
  return lowered;
}

std::string aor_of(std::string_view header) {
  const SipUri uri = parse_uri(parse_name_addr(header).uri);
  const std::string user(uri.user);
  return uri.host.empty() ? user : user + "@" + lower_case(uri.host);
}

std::string contact_key(std::string_view uri_text) {
  const SipUri uri = parse_uri(uri_text);
  return std::string(uri.user) + "@" + lower_case(uri.host) + ":" +
         std::to_string(uri.port.value_or(5060));
}

std::string binding_key(const std::string& aor, std::string_view contact) {
  return aor + "\n" + contact_key(contact);
}

std::optional<uint32_t> expires_of(const SipIndex& sip, std::string_view contact) {
  const NameAddr name = parse_name_addr(contact);
  if (const auto expires = param(name.params, "expires")) return parse_number<uint32_t>(*expires);
  return parse_number<uint32_t>(sip.value(HeaderId::expires));
}

// What the 2xx grants to this contact (10.3 step 8); it lists all bindings of the address.
std::optional<uint32_t> granted_to(const SipIndex& response, std::string_view contact_uri) {
  for (const std::string_view contact : header_values(response, HeaderId::contact)) {
    if (contact_key(parse_name_addr(contact).uri) == contact_key(contact_uri)) {
      return expires_of(response, contact);
    }
  }
  return std::nullopt;
}

// What a REGISTER says of one of its contacts.
void note_request(const Model& model, const TransactionRecord& txn, const SipIndex& sip,
                  std::string_view contact, Binding& binding) {
  const MessageRecord& message = model.messages[txn.request];
  const NameAddr name = parse_name_addr(contact);
  const std::string_view from = sip.value(HeaderId::from);
  if (binding.first_ns == 0 || binding.listed) {
    binding.listed = false;
    if (binding.first_ns == 0) binding.first_ns = message.time_ns;
    binding.first_message = txn.request;
    binding.call = txn.call;
    binding.src = txn.src;
    binding.registrant = std::string(parse_name_addr(from).uri);
    binding.instance = std::string(param(name.params, "+sip.instance").value_or(""));
  }
  if (!binding.third_party && aor_of(from) != binding.aor) {
    binding.third_party = true;
    binding.registrant = std::string(parse_name_addr(from).uri);
    binding.third_party_message = txn.request;
  }
  binding.user_agent = std::string(sip.value(HeaderId::user_agent));
  const IpAddress& src = model.endpoints[txn.src].ip;
  const auto host = parse_ip(parse_uri(name.uri).host);
  const auto sent_by = parse_ip(parse_via(sip.value(HeaderId::via)).host);
  binding.nat = (host && *host != src) || (sent_by && *sent_by != src);
  binding.last_ns = message.time_ns;
  binding.last_message = txn.request;
}

BindingState state_at(const Binding& binding, int64_t time_ns) {
  if (binding.state != BindingState::active || !binding.expires_s) return binding.state;
  const int64_t end = binding.granted_ns + int64_t{*binding.expires_s} * 1'000'000'000;
  return time_ns > end ? BindingState::expired : BindingState::active;
}

}  // namespace

std::string_view to_string(BindingState state) {
  switch (state) {
    case BindingState::pending:
      return "";
    case BindingState::active:
      return "active";
    case BindingState::expired:
      return "expired";
    case BindingState::removed:
      return "removed";
    case BindingState::rejected:
      return "rejected";
  }
  return "";
}

Registrations::Registrations(const Model& model, const PacketLog& log)
    : model_(model), view_(log), transactions_(model, [](const TransactionRecord& txn) {
        return txn.method == Method::register_;
      }) {}

void Registrations::update() {
  if (epoch_ != model_.evicted.epoch) forget_evicted();
  for (const TransactionId id : transactions_.take()) learn(id);
}

// A binding lives as long as its newest REGISTER is in the tables.
void Registrations::forget_evicted() {
  epoch_ = model_.evicted.epoch;
  bindings_.keep_only([&](Binding& one) {
    if (!model_.messages.holds(one.last_message)) return false;
    if (!model_.messages.holds(one.first_message)) one.first_message = one.last_message;
    if (one.lapse_message && !model_.messages.holds(one.lapse_message)) one.lapse_ns = 0;
    if (!model_.messages.holds(one.third_party_message))
      one.third_party_message = one.first_message;
    return true;
  });
  by_aor_.clear();
  for (size_t place = 0; place < bindings_.all().size(); place++) {
    by_aor_[bindings_[place].aor].push_back(place);
  }
}

void Registrations::learn(TransactionId id) {
  const TransactionRecord& txn = model_.transactions[id];
  struct Asked {
    std::string contact;
    std::optional<uint32_t> expires;
  };
  std::vector<Asked> contacts;
  if (!view_.load(model_.messages[txn.request])) return;
  const SipIndex& sip = view_.sip();
  const std::string aor = aor_of(sip.value(HeaderId::to));
  for (const std::string_view value : header_values(sip, HeaderId::contact)) {
    const std::string uri(value == "*" ? value : parse_name_addr(value).uri);
    contacts.push_back({uri, expires_of(sip, value)});
    if (uri == "*") continue;
    Binding* found = binding(aor, uri);
    if (found == nullptr) return;
    note_request(model_, txn, sip, value, *found);
  }
  const bool has_response = txn.final_response && view_.load(model_.messages[txn.final_response]);
  for (const auto& [uri, asked] : contacts) {
    if (uri == "*") {
      // A log that shows requests only has no other word for it.
      const bool unanswered = txn.final_status == 0 && model_.messages[txn.request].logged;
      if (txn.final_status / 100 != 2 && !unanswered) continue;
      for (const size_t index : by_aor_[aor]) bindings_[index].state = BindingState::removed;
      continue;
    }
    auto granted = has_response ? granted_to(view_.sip(), uri) : std::nullopt;
    if (!granted && asked == 0U) granted = 0;
    if (!granted && has_response) {
      granted = parse_number<uint32_t>(view_.sip().value(HeaderId::expires));
    }
    if (!granted) granted = asked;
    if (Binding* found = binding(aor, uri)) answer(*found, txn, granted);
  }
  if (!has_response || txn.final_status / 100 != 2) return;
  listed_.clear();
  for (const std::string_view contact : header_values(view_.sip(), HeaderId::contact)) {
    listed_.insert(contact_key(parse_name_addr(contact).uri));
  }
  replace_others(aor, txn);
  learn_listed(aor, txn);
}

// A 2xx lists all bindings (10.3). What the same client asked for before and is not listed was
// replaced: the same registration (10.2.4) or instance (RFC 5626 4.2) with another contact. What a
// B2BUA was asked for, and now asks for under the same Call-ID, stands beside it.
void Registrations::replace_others(const std::string& aor, const TransactionRecord& txn) {
  const SipIndex& response = view_.sip();
  Binding* accepted = nullptr;
  for (const size_t index : by_aor_[aor]) {
    Binding& one = bindings_[index];
    if (one.call == txn.call && one.last_message == txn.request) accepted = &one;
  }
  if (accepted == nullptr) return;
  // A registrar that lists nothing has nothing left, or lists never.
  if (!response.has(HeaderId::contact) && accepted->state != BindingState::removed) return;
  for (const size_t index : by_aor_[aor]) {
    Binding& old = bindings_[index];
    const bool same_instance = !old.instance.empty() && old.instance == accepted->instance;
    if (one_hop_before(old, txn)) continue;
    if (&old == accepted || old.last_ns >= accepted->last_ns ||
        (old.call != txn.call && !same_instance) || old.listed ||
        listed_.contains(contact_key(old.contact)))
      continue;
    if (old.state == BindingState::active) old.state = BindingState::removed;
    if (old.granted_ns != 0 || old.given_up) continue;
    old.given_up = true;
    accepted->challenges += old.challenges;
  }
}

// A refresh that came when the binding was over. Not when others may have come between, unseen: the
// next number but one is left to a challenge.
void Registrations::note_lapse(Binding& binding, const TransactionRecord& txn) {
  const bool next = txn.call == binding.granted_call && txn.cseq > binding.granted_cseq &&
                    txn.cseq <= binding.granted_cseq + 2;
  if (!next || state_at(binding, txn.first_ns) != BindingState::expired) return;
  const int64_t late_ns =
      txn.first_ns - binding.granted_ns - int64_t{*binding.expires_s} * 1'000'000'000;
  if (late_ns <= binding.lapse_ns) return;
  binding.lapse_ns = late_ns;
  binding.lapse_message = txn.request;
}

// Who sends this REGISTER is who got that one.
bool Registrations::one_hop_before(const Binding& binding, const TransactionRecord& txn) const {
  const EndpointId server = model_.messages[binding.last_message].dst;
  return model_.endpoints[server].ip == model_.endpoints[txn.src].ip;
}

void Registrations::answer(Binding& binding, const TransactionRecord& txn,
                           std::optional<uint32_t> granted) {
  binding.last_status = txn.final_status;
  if (txn.final_status == 401 || txn.final_status == 407) {
    binding.challenges++;
    if (binding.state == BindingState::pending) binding.state = BindingState::rejected;
    return;
  }
  if (txn.final_status >= 300) {
    if (binding.granted_ns == 0) binding.state = BindingState::rejected;
    return;
  }
  if (txn.final_status < 200) return;
  if (granted == 0U) {
    binding.state = BindingState::removed;
    return;
  }
  if (binding.granted_ns != 0) {
    note_lapse(binding, txn);
    if (binding.state == BindingState::active) binding.refreshes++;
    if (binding.src != txn.src) binding.source_changes++;
  }
  binding.src = txn.src;
  binding.granted_ns = txn.final_response_ns;
  binding.granted_call = txn.call;
  binding.granted_cseq = txn.cseq;
  binding.expires_s = granted;
  binding.state = BindingState::active;
}

// Some registrars list a contact by the address that it came from. Then nobody can tell which of
// them are other devices: what was asked for, lacking that all that is known, must be there as it
// is.
bool Registrations::lists_as_asked(const std::string& aor, const TransactionRecord& txn) {
  bool any_asked = false, asked_listed = true, known_listed = true;
  for (const size_t place : by_aor_[aor]) {
    const Binding& one = bindings_[place];
    if (one.listed || state_at(one, txn.final_response_ns) != BindingState::active) continue;
    const bool found = listed_.contains(contact_key(one.contact));
    known_listed = known_listed && found;
    if (one.last_message != txn.request) continue;
    any_asked = true;
    asked_listed = asked_listed && found;
  }
  return any_asked ? asked_listed : known_listed;
}

// A 2xx lists all bindings of the address (10.3 step 8).
void Registrations::learn_listed(const std::string& aor, const TransactionRecord& txn) {
  if (!lists_as_asked(aor, txn)) return;
  const int64_t now_ns = txn.final_response_ns;
  for (const size_t place : by_aor_[aor]) {
    Binding& one = bindings_[place];
    const bool gone = one.listed && state_at(one, now_ns) == BindingState::active &&
                      !listed_.contains(contact_key(one.contact));
    if (gone) one.state = BindingState::removed;
  }
  for (const std::string_view contact : header_values(view_.sip(), HeaderId::contact)) {
    const NameAddr name = parse_name_addr(contact);
    const std::optional<uint32_t> left = expires_of(view_.sip(), contact);
    if (left == 0U || name.uri.empty()) continue;
    Binding* found = bindings_.find(binding_key(aor, name.uri));
    if (found == nullptr) {
      if (by_aor_[aor].size() >= kMaxListed) continue;
      Binding made;
      made.aor = aor;
      made.contact = std::string(name.uri);
      made.call = txn.call;
      made.listed = true;
      made.instance = std::string(param(name.params, "+sip.instance").value_or(""));
      made.first_message = txn.final_response;
      made.first_ns = now_ns;
      found = add(std::move(made));
      if (found == nullptr) return;
    }
    // One that should be over lives on: it was refreshed where this capture does not look.
    const bool outlived = state_at(*found, now_ns) == BindingState::expired;
    if (!found->listed && !outlived) continue;
    found->state = BindingState::active;
    found->granted_ns = now_ns;
    found->expires_s = left;
    if (!found->listed) continue;
    found->last_ns = now_ns;
    found->last_message = txn.final_response;
  }
}

Binding* Registrations::binding(const std::string& aor, const std::string& contact) {
  if (Binding* found = bindings_.find(binding_key(aor, contact))) return found;
  Binding made;
  made.aor = aor;
  made.contact = contact;
  return add(std::move(made));
}

Binding* Registrations::add(Binding binding) {
  std::vector<size_t>& of_aor = by_aor_[binding.aor];
  const size_t place = bindings_.all().size();
  std::string key = binding_key(binding.aor, binding.contact);
  Binding* added = bindings_.add(std::move(key), std::move(binding));
  if (added != nullptr) of_aor.push_back(place);
  return added;
}

BindingState Registrations::state_of(const Binding& binding) const {
  return state_at(binding, model_.now_ns);
}

}  // namespace sipladder
