#include "correlate/registry/register_values.h"

#include "decode/text.h"

namespace sipladder {

std::string aor_of(std::string_view header) {
  const SipUri uri = parse_uri(parse_name_addr(header).uri);
  const std::string user(uri.user);
  return uri.host.empty() ? user : user + "@" + lower_case(uri.host);
}

std::string contact_key(std::string_view text) {
  const SipUri uri = parse_uri(text);
  return std::string(uri.user) + "@" + lower_case(uri.host) + ":" +
         std::to_string(uri.port.value_or(5060));
}

std::string binding_key(const std::string& aor, std::string_view contact_uri) {
  return aor + "\n" + contact_key(contact_uri);
}

std::optional<uint32_t> expires_of(const SipIndex& sip, std::string_view contact) {
  const NameAddr name = parse_name_addr(contact);
  if (const auto expires = param(name.params, "expires")) return parse_number<uint32_t>(*expires);
  return expires_of(sip);
}

std::optional<uint32_t> expires_of(const SipIndex& sip) {
  return parse_number<uint32_t>(trim(sip.value(HeaderId::expires)));
}

std::string flow_of(const Model& model, const TransactionRecord& txn, const SipIndex& sip) {
  const auto contacts = header_values(sip, HeaderId::contact);
  if (contacts.size() != 1 || contacts.front() == "*") return {};
  if (header_values(sip, HeaderId::via).size() != 1) return {};
  const NameAddr contact = parse_name_addr(contacts.front());
  std::string flow = binding_key(aor_of(sip.value(HeaderId::to)), contact.uri);
  for (const std::string_view name : {"+sip.instance", "reg-id"})
    flow.append("\n").append(param(contact.params, name).value_or(""));
  return flow + "\n" + to_string(model.endpoints[txn.dst]);
}

bool is_reached_by_contact(const SipIndex& sip, const Endpoint& source) {
  const Via via = parse_via(sip.value(HeaderId::via));
  const NameAddr contact = parse_name_addr(sip.value(HeaderId::contact));
  return !via.has_rport && parse_ip(via.host) == source.ip &&
         parse_ip(parse_uri(contact.uri).host) == source.ip;
}

std::string_view value_of(const SipIndex& sip, std::string_view name) {
  for (const HeaderLine& line : sip.headers) {
    if (equal_no_case(line.name, name)) return line.value;
  }
  return {};
}

}  // namespace sipladder
