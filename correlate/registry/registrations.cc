#include "correlate/registry/registrations.h"

#include <algorithm>

#include "correlate/model/hash.h"
#include "correlate/registry/register_values.h"
#include "decode/text.h"

namespace sipladder {

Registrations::Registrations(const Model& model, const PacketLog& log)
    : model_(model), view_(log), transactions_(model, [](const TransactionRecord& txn) {
        return txn.method == Method::register_;
      }) {}

void Registrations::update() {
  if (epoch_ != model_.evicted.epoch) forget_evicted();
  for (const TransactionId id : transactions_.take()) {
    if (model_.cancellation.requested()) return;
    learn(id);
  }
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
  moves_.forget_evicted(model_);
  flows_.forget_evicted(model_);
  by_aor_.clear();
  replaceable_.clear();
  for (const Binding& one : bindings_.all()) {
    Address& address = by_aor_[one.aor];
    address.bindings++;
    if (one.listed) {
      address.listed.push_back(bindings_.place_of(one));
    } else {
      open(one);
    }
  }
}

void OpenBindings::touch(size_t place) {
  std::erase(places_, place);
  if (places_.size() >= kMaxOpen) places_.erase(places_.begin());
  places_.push_back(place);
}

OpenBindings& Registrations::of_call(const std::string& aor, CallId call) {
  return replaceable_[mix(hash_text(aor), call.value)];
}

OpenBindings& Registrations::of_instance(const std::string& aor, const std::string& instance) {
  return replaceable_[mix(hash_text(aor), hash_text(instance))];
}

// Notes that a REGISTER asks for the binding: it is the newest of its kind.
void Registrations::open(const Binding& binding) {
  const size_t place = bindings_.place_of(binding);
  by_aor_[binding.aor].open.touch(place);
  of_call(binding.aor, binding.call).touch(place);
  if (!binding.instance.empty()) of_instance(binding.aor, binding.instance).touch(place);
}

// Reads from a 2xx all bindings of the address, and the seconds granted to each (RFC 3261 10.3 step
// 8). Of a contact that is listed twice, the first value counts.
void Registrations::read_listed(const SipIndex& response) {
  for (const std::string_view contact : header_values(response, HeaderId::contact)) {
    listed_.try_emplace(contact_key(parse_name_addr(contact).uri), expires_of(response, contact));
  }
}

// The seconds that the answer grants: as listed, else by its Expires, else as asked.
std::optional<uint32_t> Registrations::granted_to(std::string_view contact,
                                                  std::optional<uint32_t> asked,
                                                  bool has_response) const {
  const auto listed = listed_.find(contact_key(contact));
  if (listed != listed_.end() && listed->second) return listed->second;
  if (asked == 0U) return 0;
  const auto by_header = has_response ? expires_of(view_.sip()) : std::nullopt;
  return by_header ? by_header : asked;
}

// Contact: * (RFC 3261 10.2.2).
void Registrations::remove_all(const std::string& aor) {
  Address& address = by_aor_[aor];
  for (const size_t place : address.open.places()) bindings_[place].state = BindingState::removed;
  for (const size_t place : address.listed) bindings_[place].state = BindingState::removed;
}

void Registrations::learn(TransactionId id) {
  const TransactionRecord& txn = model_.transactions[id];
  struct Asked {
    std::string contact;
    std::optional<uint32_t> expires;
  };
  std::vector<Asked> contacts;
  asked_.clear();
  listed_.clear();
  if (!view_.load(model_.messages[txn.request])) return;
  const SipIndex& sip = view_.sip();
  const std::string aor = aor_of(sip.value(HeaderId::to));
  const std::string key = flow_of(model_, txn, sip);
  const bool by_contact = is_reached_by_contact(sip, model_.endpoints[txn.src]);
  RegisteredFlow flow = key.empty() ? RegisteredFlow{} : asked_flow(sip, aor);
  for (const std::string_view value : header_values(sip, HeaderId::contact)) {
    const std::string uri(value == "*" ? value : parse_name_addr(value).uri);
    contacts.push_back({uri, expires_of(sip, value)});
    if (uri == "*") continue;
    Binding* found = binding(aor, uri);
    if (found == nullptr) return;
    take_request(model_, txn, sip, value, *found);
    open(*found);
    asked_.push_back(bindings_.place_of(*found));
  }
  const bool has_response = txn.final_response && view_.load(model_.messages[txn.final_response]);
  if (has_response) read_listed(view_.sip());
  bool began_anew = false;  // a binding that had been removed is asked for again
  for (const auto& [uri, asked] : contacts) {
    if (uri == "*") {
      // A log may show requests only: then the request alone counts.
      const bool unanswered = txn.final_status == 0 && model_.messages[txn.request].logged;
      if (txn.final_status / 100 == 2 || unanswered) remove_all(aor);
      continue;
    }
    const auto granted = granted_to(uri, asked, has_response);
    Binding* const found = binding(aor, uri);
    if (found == nullptr) continue;
    began_anew = found->state == BindingState::removed;
    answer(*found, txn, granted);
  }
  if (!has_response || txn.final_status / 100 != 2) return;
  if (!key.empty() && !asked_.empty()) note_source(key, txn, began_anew, by_contact);
  if (!flow.reg_id.empty()) flows_.note(key, std::move(flow), txn, view_.sip());
  replace_others(aor, txn);
  learn_listed(aor, txn);
}

// After the binding was removed, the registration begins anew: that is no move.
void Registrations::note_source(const std::string& flow, const TransactionRecord& txn,
                                bool began_anew, bool by_contact) {
  const size_t place = asked_.front();
  Binding& binding = bindings_[place];
  const bool is_active = binding.state == BindingState::active;
  switch (moves_.note(model_, flow,
                      {txn, view_.sip(), place, binding.aor, is_active, began_anew, by_contact})) {
    case SourceChange::none:
      return;
    case SourceChange::moved:
      binding.source_changes++;
      return;
    case SourceChange::shared:
      binding.source_changes = 0;
      return;
  }
}

// A 2xx lists all bindings (RFC 3261 10.3). A binding that the same client asked for before and
// that is not listed was replaced: the same Call-ID (10.2.4) or instance (RFC 5626 4.2) now has
// another contact. A B2BUA may send a REGISTER on under the Call-ID of the one that it received:
// then the two bindings exist beside each other.
void Registrations::replace_others(const std::string& aor, const TransactionRecord& txn) {
  const SipIndex& response = view_.sip();
  Binding* accepted = nullptr;
  for (const size_t place : asked_) {
    Binding& one = bindings_[place];
    if (one.call == txn.call && (accepted == nullptr || place > bindings_.place_of(*accepted)))
      accepted = &one;
  }
  if (accepted == nullptr) return;
  // A 2xx without Contact: the registrar has removed all bindings, or it never lists any.
  if (!response.has(HeaderId::contact) && accepted->state != BindingState::removed) return;
  // A binding that is over cannot be replaced any more.
  const auto is_over = [&](size_t place) {
    const Binding& one = bindings_[place];
    return one.state != BindingState::active && (one.granted_ns != 0 || one.given_up);
  };
  OpenBindings& same_call = of_call(aor, txn.call);
  replace(same_call, txn, *accepted);
  same_call.drop(is_over);
  if (accepted->instance.empty()) return;
  OpenBindings& same_instance = of_instance(aor, accepted->instance);
  replace(same_instance, txn, *accepted);
  same_instance.drop(is_over);
}

void Registrations::replace(const OpenBindings& others, const TransactionRecord& txn,
                            Binding& accepted) {
  for (const size_t place : others.places()) {
    Binding& old = bindings_[place];
    if (&old == &accepted || old.last_ns >= accepted.last_ns || old.listed ||
        one_hop_before(old, txn) || listed_.contains(contact_key(old.contact)))
      continue;
    if (old.state == BindingState::active) old.state = BindingState::removed;
    if (old.granted_ns != 0 || old.given_up) continue;
    old.given_up = true;
    accepted.challenges += old.challenges;
  }
}

// Notes a refresh that came when the binding was over. The CSeq tells whether refreshes in between
// were not captured: it may be the next number, or the one after a challenge.
void Registrations::note_lapse(Binding& binding, const TransactionRecord& txn) const {
  const bool next = txn.call == binding.granted_call && txn.cseq > binding.granted_cseq &&
                    txn.cseq <= binding.granted_cseq + 2;
  if (!next || state_at(binding, txn.first_ns) != BindingState::expired) return;
  // While nobody captured, the binding can have been refreshed in time.
  const uint8_t point = model_.messages[txn.request].point;
  if (model_.coverage.until(point, binding.granted_ns) < txn.first_ns) return;
  const int64_t late_ns =
      txn.first_ns - binding.granted_ns - int64_t{*binding.expires_s} * 1'000'000'000;
  if (late_ns <= binding.lapse_ns) return;
  binding.lapse_ns = late_ns;
  binding.lapse_message = txn.request;
}

// The host that sends this REGISTER received the newest REGISTER of the binding.
bool Registrations::one_hop_before(const Binding& binding, const TransactionRecord& txn) const {
  const EndpointId server = model_.messages[binding.last_message].dst;
  return model_.endpoints[server].ip == model_.endpoints[txn.src].ip;
}

void Registrations::answer(Binding& binding, const TransactionRecord& txn,
                           std::optional<uint32_t> granted) {
  // One REGISTER can be seen at several hops, and on both sides of a NAT.
  const bool is_granted_one = txn.call == binding.granted_call && txn.cseq == binding.granted_cseq;
  if (txn.final_status == 401 || txn.final_status == 407) {
    const bool counted = txn.call == binding.challenged_call && txn.cseq == binding.challenged_cseq;
    if (!counted) binding.challenges++;
    binding.challenged_call = txn.call;
    binding.challenged_cseq = txn.cseq;
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
    if (binding.state == BindingState::active && !is_granted_one) binding.refreshes++;
  }
  binding.src = txn.src;
  binding.granted_ns = txn.final_response_ns;
  binding.granted_call = txn.call;
  binding.granted_cseq = txn.cseq;
  binding.expires_s = granted;
  binding.state = BindingState::active;
}

// Some registrars list a contact with the address that the REGISTER came from. Then nobody can tell
// which of the listed contacts are other devices. So the contacts that this REGISTER asked for must
// be listed as they were written; when it asked for none, all known contacts must be.
bool Registrations::lists_as_asked(const std::string& aor, const TransactionRecord& txn) {
  bool any_asked = false, asked_listed = true;
  const auto is_active = [&](const Binding& one) {
    return state_at(one, txn.final_response_ns) == BindingState::active;
  };
  const auto is_listed = [&](const Binding& one) {
    return listed_.contains(contact_key(one.contact));
  };
  for (const size_t place : asked_) {
    const Binding& one = bindings_[place];
    if (!is_active(one)) continue;
    any_asked = true;
    asked_listed = asked_listed && is_listed(one);
  }
  if (any_asked) return asked_listed;
  OpenBindings& known = by_aor_[aor].open;
  known.drop([&](size_t place) { return bindings_[place].state == BindingState::removed; });
  return std::all_of(known.places().begin(), known.places().end(), [&](size_t place) {
    return !is_active(bindings_[place]) || is_listed(bindings_[place]);
  });
}

// Takes bindings of other devices from a 2xx: it lists all bindings of the address (RFC 3261 10.3
// step 8).
void Registrations::learn_listed(const std::string& aor, const TransactionRecord& txn) {
  if (!lists_as_asked(aor, txn)) return;
  const int64_t now_ns = txn.final_response_ns;
  std::vector<size_t>& listed = by_aor_[aor].listed;
  std::erase_if(listed, [&](size_t place) { return !bindings_[place].listed; });
  for (const size_t place : listed) {
    Binding& one = bindings_[place];
    const bool gone = state_at(one, now_ns) == BindingState::active &&
                      !listed_.contains(contact_key(one.contact));
    if (gone) one.state = BindingState::removed;
  }
  for (const std::string_view contact : header_values(view_.sip(), HeaderId::contact)) {
    const NameAddr name = parse_name_addr(contact);
    const std::optional<uint32_t> left = expires_of(view_.sip(), contact);
    if (left == 0U || name.uri.empty()) continue;
    Binding* found = bindings_.find(binding_key(aor, name.uri));
    if (found == nullptr) {
      if (by_aor_[aor].bindings >= kMaxListed) continue;
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
    // A binding that should be over is listed: it was refreshed outside of this capture.
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
  const bool listed = binding.listed;
  Address& address = by_aor_[binding.aor];
  std::string key = binding_key(binding.aor, binding.contact);
  Binding* added = bindings_.add(std::move(key), std::move(binding));
  if (added == nullptr) return nullptr;
  address.bindings++;
  if (listed) address.listed.push_back(bindings_.place_of(*added));
  return added;
}

BindingState Registrations::state_of(const Binding& binding) const {
  return state_at(binding, watched_until(binding));
}

int64_t Registrations::watched_until(const Binding& binding) const {
  if (!binding.last_message) return binding.last_ns;
  const uint8_t point = model_.messages[binding.last_message].point;
  return model_.coverage.until(point, std::max(binding.granted_ns, binding.last_ns));
}

}  // namespace sipladder
