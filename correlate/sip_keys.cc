#include "correlate/sip_keys.h"

#include "correlate/hash.h"

namespace sipladder {
namespace {

uint64_t hash_sent_by(const Via& via) {
  return absl::HashOf(via.host, via.port.value_or(0));
}

uint64_t hash_tag(std::string_view value) {
  const std::string_view tag = tag_of(value);
  return tag.empty() ? 0 : hash_text(tag) | 1U;
}

// The second Via value: on the same line after a comma, or the next Via line.
std::string_view second_via(const SipIndex& sip) {
  const uint16_t first = sip.first[static_cast<size_t>(HeaderId::via)];
  if (first == 0) return {};
  const std::string_view line = sip.headers[first - 1U].value;
  if (line.find(',') != std::string_view::npos) {
    const std::vector<std::string_view> values = split_list(line);
    if (values.size() > 1) return values[1];
  }
  for (size_t i = first; i < sip.headers.size(); i++) {
    if (sip.headers[i].id == HeaderId::via) return sip.headers[i].value;
  }
  return {};
}

}  // namespace

SipKeys keys_of(const SipIndex& sip) {
  SipKeys keys;
  keys.call_id = sip.value(HeaderId::call_id);
  keys.call_hash = keys.call_id.empty() ? 0 : hash_text(keys.call_id);
  keys.from_tag = hash_tag(sip.value(HeaderId::from));
  keys.to_tag = hash_tag(sip.value(HeaderId::to));
  const CSeq cseq = parse_cseq(sip.value(HeaderId::cseq));
  keys.cseq = cseq.number;
  keys.method_token = sip.is_request ? sip.method : cseq.method;
  keys.method = parse_method(keys.method_token);
  const Via via = parse_via(sip.value(HeaderId::via));
  keys.branch = via.branch;
  keys.sent_by = hash_sent_by(via);
  // A branch that is nothing but the cookie identifies no transaction (RFC 4475 3.2.1).
  keys.cookie = has_magic_cookie(via.branch) && via.branch.size() > 7;
  return keys;
}

uint64_t transaction_key(const SipKeys& keys, std::string_view method_token) {
  if (keys.cookie) return mix(absl::HashOf(keys.branch, method_token), keys.sent_by);
  return mix(absl::HashOf(keys.branch, method_token, keys.cseq, keys.from_tag),
             keys.sent_by ^ keys.call_hash);
}

uint64_t previous_hop_key(const SipIndex& sip, const SipKeys& keys) {
  const std::string_view value = second_via(sip);
  if (value.empty()) return 0;
  const Via via = parse_via(value);
  if (!via.valid || via.branch.empty()) return 0;
  SipKeys hop = keys;
  hop.branch = via.branch;
  hop.sent_by = hash_sent_by(via);
  hop.cookie = has_magic_cookie(via.branch) && via.branch.size() > 7;
  return transaction_key(hop, keys.method_token);
}

}  // namespace sipladder
