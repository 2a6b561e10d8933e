#include "correlate/registry/registrations.h"

#include <algorithm>

#include "correlate/model/hash.h"
#include "correlate/registry/register_values.h"
#include "decode/text.h"

namespace sipladder {
namespace {

// Takes what a REGISTER says of one of its contacts.
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
  const auto gone = [&](MessageId id) { return !model_.messages.holds(id); };
  absl::erase_if(seen_, [&](const auto& entry) { return gone(entry.second.message); });
  std::erase_if(moves_, [&](const BindingMove& m) { return gone(m.before) || gone(m.after); });
  std::erase_if(flows_, [&](const RegisteredFlow& flow) { return gone(flow.request); });
  flow_places_.clear();  // a flow that goes on gets a new row
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
    note_request(model_, txn, sip, value, *found);
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
    const auto listed = listed_.find(contact_key(uri));
    auto granted = listed == listed_.end() ? std::nullopt : listed->second;
    if (!granted && asked == 0U) granted = 0;
    if (!granted && has_response) {
      granted = parse_number<uint32_t>(view_.sip().value(HeaderId::expires));
    }
    if (!granted) granted = asked;
    Binding* const found = binding(aor, uri);
    if (found == nullptr) continue;
    began_anew = found->state == BindingState::removed;
    answer(*found, txn, granted);
  }
  if (!has_response || txn.final_status / 100 != 2) return;
  if (!key.empty() && !asked_.empty()) note_source(key, txn, began_anew, by_contact);
  if (!flow.reg_id.empty()) note_flow(key, std::move(flow), txn);
  replace_others(aor, txn);
  learn_listed(aor, txn);
}

// Compares where an accepted REGISTER came from with where the one before did. After the binding
// was removed, the registration begins anew: that is no move.
void Registrations::note_source(const std::string& flow, const TransactionRecord& txn,
                                bool began_anew, bool by_contact) {
  Binding& binding = bindings_[asked_.front()];
  const uint64_t key = hash_text(flow);
  const bool ends = binding.state != BindingState::active;
  if (ends || began_anew) seen_.erase(key);
  if (ends) return;
  Seen now{seen_by_registrar(model_.endpoints[txn.src], view_.sip()),
           txn.request,
           txn.call,
           txn.cseq,
           {},
           {},
           false};
  const auto [place, is_new] = seen_.try_emplace(key, now);
  const Seen before = place->second;
  const bool same_call = before.call == now.call;
  now.other_place = same_call ? before.other_place : before.place;
  now.other_call = same_call ? before.other_call : before.call;
  // The client of an earlier Call-ID registers again from its old place: two clients share one
  // Contact.
  const bool back = !same_call && before.other_call == now.call && before.other_place == now.place;
  now.shared = before.shared || (back && before.place != now.place);
  place->second = now;
  const bool reliable = txn.transport != Transport::udp;
  if (is_new || before.shared || !is_move(before.place, now.place, reliable)) return;
  // Answers and calls go to the port in Via and Contact: the port that the client sends from does
  // not matter.
  if (by_contact && before.place.ip == now.place.ip) return;
  // The same REGISTER was captured before and after a hop.
  if (same_call && before.cseq == now.cseq) return;
  if (now.shared) {
    binding.source_changes = 0;
    std::erase_if(moves_, [&](const BindingMove& move) { return move.binding == asked_.front(); });
    return;
  }
  binding.source_changes++;
  if (!reliable && moves_.size() < kMaxMoves) {
    moves_.push_back({binding.aor, before.place, now.place, before.message, now.message,
                      TransactionId{}, asked_.front()});
  }
}

void Registrations::note_flow(const std::string& key, RegisteredFlow flow,
                              const TransactionRecord& txn) {
  const SipIndex& response = view_.sip();
  flow.client = txn.src;
  flow.edge = txn.dst;
  flow.transport = txn.transport;
  flow.flow_timer_s = parse_number<uint32_t>(value_of(response, "Flow-Timer"));
  flow.agreed = value_of(response, "Require").find("outbound") != std::string_view::npos;
  flow.request = txn.request;
  flow.first_ns = flow.last_ns = txn.final_response_ns;
  const auto [place, is_new] = flow_places_.try_emplace(hash_text(key), flows_.size());
  if (is_new && flows_.size() >= kMaxFlows) return void(flow_places_.erase(place));
  if (is_new) return flows_.push_back(std::move(flow));
  RegisteredFlow& known = flows_[place->second];
  if (known.client == flow.client) flow.first_ns = known.first_ns;
  known = std::move(flow);
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
