#include "correlate/registrations.h"

#include <algorithm>

#include "decode/text.h"

namespace sipladder {
namespace {

// The host without case, the user as it is (RFC 3261 19.1.4).
std::string aor_of(std::string_view header) {
  const SipUri uri = parse_uri(parse_name_addr(header).uri);
  std::string host(uri.host);
  std::transform(host.begin(), host.end(), host.begin(), lower);
  const std::string user(uri.user);
  return host.empty() ? user : user + "@" + host;
}

std::string contact_key(std::string_view uri_text) {
  const SipUri uri = parse_uri(uri_text);
  return std::string(uri.user) + "@" + std::string(uri.host) + ":" +
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
  std::vector<Binding> all = std::move(bindings_);
  bindings_.clear();
  by_key_.clear();
  by_aor_.clear();
  for (Binding& one : all) {
    if (!model_.messages.holds(one.last_message)) continue;
    if (!model_.messages.holds(one.first_message)) one.first_message = one.last_message;
    keep(std::move(one));
  }
}

void Registrations::learn(TransactionId id) {
  const TransactionRecord& txn = model_.transactions[id];
  std::optional<uint32_t> asked;
  std::vector<std::string> contacts;
  if (!view_.load(model_.messages[txn.request])) return;
  const SipIndex& sip = view_.sip();
  const std::string aor = aor_of(sip.value(HeaderId::to));
  for (const std::string_view value : header_values(sip, HeaderId::contact)) {
    const std::string uri(value == "*" ? value : parse_name_addr(value).uri);
    contacts.push_back(uri);
    asked = expires_of(sip, value);
    if (uri == "*") continue;
    Binding* found = binding(aor, uri);
    if (found == nullptr) return;
    const MessageRecord& message = model_.messages[txn.request];
    if (found->first_ns == 0) {
      found->first_ns = message.time_ns;
      found->first_message = txn.request;
      found->call = txn.call;
      found->src = txn.src;
      found->registrant = std::string(parse_name_addr(sip.value(HeaderId::from)).uri);
      found->third_party = aor_of(sip.value(HeaderId::from)) != aor;
      found->instance =
          std::string(param(parse_name_addr(value).params, "+sip.instance").value_or(""));
    }
    found->user_agent = std::string(sip.value(HeaderId::user_agent));
    const IpAddress& src = model_.endpoints[txn.src].ip;
    const auto host = parse_ip(parse_uri(uri).host);
    const auto sent_by = parse_ip(parse_via(sip.value(HeaderId::via)).host);
    found->nat = (host && *host != src) || (sent_by && *sent_by != src);
    found->last_ns = message.time_ns;
    found->last_message = txn.request;
  }
  const bool has_response = txn.final_response && view_.load(model_.messages[txn.final_response]);
  for (const std::string& uri : contacts) {
    if (uri == "*") {
      if (txn.final_status / 100 != 2) continue;
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
  if (has_response && txn.final_status / 100 == 2) replace_others(aor, txn);
}

// A 2xx lists all bindings (10.3). What the same client asked for before and is not listed was
// replaced: the same registration (10.2.4) or instance (RFC 5626 4.2) with another contact.
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
    if (&old == accepted || old.last_ns >= accepted->last_ns ||
        (old.call != txn.call && !same_instance) || granted_to(response, old.contact))
      continue;
    if (old.state == BindingState::active) old.state = BindingState::removed;
    if (old.granted_ns != 0 || old.given_up) continue;
    old.given_up = true;
    accepted->challenges += old.challenges;
  }
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
    if (binding.state == BindingState::active) binding.refreshes++;
    if (binding.src != txn.src) binding.source_changes++;
  }
  binding.src = txn.src;
  binding.granted_ns = txn.final_response_ns;
  binding.expires_s = granted;
  binding.state = BindingState::active;
}

Binding* Registrations::binding(const std::string& aor, const std::string& contact) {
  const auto found = by_key_.find(binding_key(aor, contact));
  if (found != by_key_.end()) return &bindings_[found->second];
  if (bindings_.size() >= kMaxBindings) return nullptr;
  Binding made;
  made.aor = aor;
  made.contact = contact;
  return keep(std::move(made));
}

Binding* Registrations::keep(Binding binding) {
  by_key_.emplace(binding_key(binding.aor, binding.contact), bindings_.size());
  by_aor_[binding.aor].push_back(bindings_.size());
  bindings_.push_back(std::move(binding));
  return &bindings_.back();
}

BindingState Registrations::state_of(const Binding& binding) const {
  if (binding.state != BindingState::active || !binding.expires_s) return binding.state;
  const int64_t end = binding.granted_ns + int64_t{*binding.expires_s} * 1'000'000'000;
  return model_.now_ns > end ? BindingState::expired : BindingState::active;
}

}  // namespace sipladder
