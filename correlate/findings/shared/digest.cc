#include "correlate/findings/shared/digest.h"

#include <algorithm>
#include <vector>

#include "correlate/model/hash.h"
#include "decode/text.h"

namespace sipladder {
namespace {

// Each realm that a message names in either header.
std::vector<std::string> realms_of(const SipIndex& sip, HeaderId a, HeaderId b) {
  std::vector<std::string> realms;
  for (const HeaderId id : {a, b}) {
    for (const std::string_view value : header_values(sip, id)) {
      realms.emplace_back(digest_param(value, "realm"));
    }
  }
  return realms;
}

bool is_stale(const SipIndex& challenge) {
  for (const HeaderId id : {HeaderId::www_authenticate, HeaderId::proxy_authenticate}) {
    for (const std::string_view value : header_values(challenge, id)) {
      if (equal_no_case(digest_param(value, "stale"), "true")) return true;
    }
  }
  return false;
}

}  // namespace

std::string_view digest_param(std::string_view value, std::string_view name) {
  if (!starts_no_case(value, "digest")) return {};
  for (const std::string_view part : split_list(value.substr(6))) {
    std::string_view rest = part;
    if (!equal_no_case(trim(cut(&rest, '=')), name)) continue;
    rest = trim(rest);
    if (rest.size() >= 2 && rest.front() == '"' && rest.back() == '"')
      return rest.substr(1, rest.size() - 2);
    return rest;
  }
  return {};
}

std::string_view credentials_of(const SipIndex& sip) {
  return sip.has(HeaderId::authorization) ? sip.value(HeaderId::authorization)
                                          : sip.value(HeaderId::proxy_authorization);
}

std::string_view challenge_of(const SipIndex& sip) {
  return sip.has(HeaderId::www_authenticate) ? sip.value(HeaderId::www_authenticate)
                                             : sip.value(HeaderId::proxy_authenticate);
}

Refusal refusal_of(const Model& model, MessageView& view, const TransactionRecord& txn) {
  const uint16_t status = txn.final_status;
  if (!txn.request || !txn.has_auth || (status != 401 && status != 403 && status != 407))
    return Refusal::none;
  if (status == 403 || !view.load(model.messages[txn.request])) return Refusal::wrong;
  const auto given = realms_of(view.sip(), HeaderId::authorization, HeaderId::proxy_authorization);
  if (!view.load(model.messages[txn.final_response])) return Refusal::wrong;
  if (is_stale(view.sip())) return Refusal::stale;
  const auto asked =
      realms_of(view.sip(), HeaderId::www_authenticate, HeaderId::proxy_authenticate);
  const bool again = std::any_of(asked.begin(), asked.end(), [&](const std::string& realm) {
    return std::find(given.begin(), given.end(), realm) != given.end();
  });
  return again || asked.empty() ? Refusal::wrong : Refusal::other_realm;
}

uint64_t nonce_of(const SipIndex& request) {
  const std::string_view nonce = digest_param(credentials_of(request), "nonce");
  return nonce.empty() ? 0 : hash_text(nonce) | 1U;
}

std::string user_of(const SipIndex& request) {
  const std::string_view user = digest_param(credentials_of(request), "username");
  if (!user.empty()) return std::string(user);
  return std::string(parse_uri(parse_name_addr(request.value(HeaderId::from)).uri).user);
}

}  // namespace sipladder
