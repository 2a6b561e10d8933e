#include "correlate/registry/binding.h"

#include "capture/time_units.h"
#include "correlate/registry/register_values.h"

namespace sipladder {

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

BindingState state_at(const Binding& binding, int64_t time_ns) {
  if (binding.state != BindingState::active || !binding.expires_s) return binding.state;
  const int64_t end = binding.granted_ns + int64_t{*binding.expires_s} * kSecondNs;
  return time_ns > end ? BindingState::expired : BindingState::active;
}

void take_request(const Model& model, const TransactionRecord& txn, const SipIndex& sip,
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

}  // namespace sipladder
