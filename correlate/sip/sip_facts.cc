#include "correlate/sip/sip_facts.h"

#include <algorithm>
#include <limits>

#include "correlate/model/hash.h"
#include "decode/text.h"

namespace sipladder {
namespace {

uint64_t hash_tag(std::string_view value) {
  const std::string_view tag = tag_of(value);
  return tag.empty() ? 0 : hash_text(tag) | 1U;
}

// Extension methods are told apart by their token.
uint64_t hash_method(Method method, std::string_view token) {
  return method == Method::unknown ? hash_text(token) : static_cast<uint64_t>(method);
}

// The second Via value: on the same line after a comma, or the next Via line.
std::string_view second_via(const SipIndex& sip) {
  const uint16_t first = sip.first[static_cast<size_t>(HeaderId::via)];
  if (first == 0) return {};
  const std::string_view line = sip.headers[first - 1U].value;
  if (find_byte(line, 0, ',') != std::string_view::npos) {
    const std::vector<std::string_view> values = split_list(line);
    if (values.size() > 1) return values[1];
  }
  for (size_t i = first; i < sip.headers.size(); i++) {
    if (sip.headers[i].id == HeaderId::via) return sip.headers[i].value;
  }
  return {};
}

// The part of the key that all transactions of one branch share; the method is mixed in later.
uint64_t branch_hash(const ViaKey& via, const SipFacts& facts) {
  const uint64_t branch = mix(hash_text(via.branch), hash_text(via.sent_by));
  // A branch that is nothing but the cookie identifies no transaction (RFC 4475 3.2.1).
  if (has_magic_cookie(via.branch) && via.branch.size() > 7) return branch;
  return mix(branch ^ facts.cseq, facts.from_tag ^ facts.call_hash);
}

// A Record-Route line lacks "lr". This test is quick and coarse: one value of a line with several
// is enough.
bool has_strict_route(const SipIndex& sip) {
  for (size_t i = sip.first[static_cast<size_t>(HeaderId::record_route)] - size_t{1};
       i < sip.headers.size(); i++) {
    const HeaderLine& header = sip.headers[i];
    if (header.id == HeaderId::record_route && header.value.find(";lr") == std::string_view::npos)
      return true;
  }
  return false;
}

bool has_many_contacts(const SipIndex& sip) {
  const uint16_t first = sip.first[static_cast<size_t>(HeaderId::contact)];
  if (first == 0) return false;
  const std::string_view line = sip.headers[first - 1U].value;
  if (find_byte(line, 0, ',') != std::string_view::npos && split_list(line).size() > 1) return true;
  return std::any_of(sip.headers.begin() + first, sip.headers.end(),
                     [](const HeaderLine& header) { return header.id == HeaderId::contact; });
}

uint32_t session_seconds(std::string_view session_expires) {
  if (session_expires.empty()) return 0;
  constexpr uint32_t kLongest = 7 * 86'400;
  const auto seconds = parse_number<uint32_t>(trim(cut(&session_expires, ';')));
  return seconds && *seconds > 0 && *seconds <= kLongest ? *seconds : SipFacts::kNoTimer;
}

uint16_t invite_seconds(std::string_view expires) {
  if (expires.empty()) return 0;
  return static_cast<uint16_t>(std::min<uint32_t>(parse_number<uint32_t>(trim(expires)).value_or(0),
                                                  std::numeric_limits<uint16_t>::max()));
}

bool is_unregister(const SipIndex& sip) {
  if (sip.value(HeaderId::contact) == "*") return true;
  const bool gone_by_default = sip.value(HeaderId::expires) == "0";
  for (const HeaderLine& header : sip.headers) {
    if (header.id != HeaderId::contact) continue;
    for (const std::string_view contact : split_list(header.value)) {
      const auto expires = param(parse_name_addr(contact).params, "expires");
      if (expires ? *expires != "0" : !gone_by_default) return false;
    }
  }
  return gone_by_default || sip.has(HeaderId::contact);
}

// A number below kEvents. Packages that share a dialog in practice have numbers of their own.
// Other packages, and those with an id, may share a number. No keyed hash is used, so that the
// numbers are the same in each run.
uint8_t number_of_event(std::string_view package, std::string_view id) {
  static constexpr std::string_view kNamed[] = {
      "presence", "dialog", "message-summary",  "reg",        "conference",
      "refer",    "kpml",   "as-feature-event", "ua-profile", "call-completion"};
  constexpr uint64_t kEvents = 64;
  const auto* const named = std::find(std::begin(kNamed), std::end(kNamed), package);
  if (id.empty() && named != std::end(kNamed)) return static_cast<uint8_t>(named - kNamed);
  uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const std::string_view part : {package, std::string_view(";"), id})
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return static_cast<uint8_t>(std::size(kNamed) + hash % (kEvents - std::size(kNamed)));
}

void read_subscription(const SipIndex& sip, SipFacts* facts) {
  std::string_view event = sip.value(HeaderId::event);
  const std::string_view package = trim(cut(&event, ';'));
  facts->event = number_of_event(package, param(event, "id").value_or(std::string_view()));
  facts->of_call_event = package == "refer" || package == "kpml";
  if (facts->method == Method::subscribe) {
    const std::string_view expires = trim(sip.value(HeaderId::expires));
    const bool lives = expires.empty() ? sip.is_request : expires != "0";
    if (lives || !expires.empty())
      facts->subscription = lives ? SubscriptionStep::lives : SubscriptionStep::ends;
  } else if (sip.is_request) {
    std::string_view state = sip.value(HeaderId::subscription_state);
    const std::string_view word = trim(cut(&state, ';'));
    if (!word.empty())
      facts->subscription =
          equal_no_case(word, "terminated") ? SubscriptionStep::ends : SubscriptionStep::lives;
  }
}

}  // namespace

uint64_t SipFacts::dialog_key() const {
  return mix(from_tag ^ to_tag, (from_tag + to_tag) ^ call_hash);
}

SipFacts facts_of(const SipIndex& sip) {
  SipFacts facts;
  const std::string_view call_id = sip.value(HeaderId::call_id);
  if (!call_id.empty()) facts.call_hash = hash_text(call_id) | 1U;
  facts.from_tag = hash_tag(sip.value(HeaderId::from));
  facts.to_tag = hash_tag(sip.value(HeaderId::to));
  const CSeq& cseq = sip.cseq;
  facts.cseq = cseq.number;
  const std::string_view method = sip.is_request ? sip.method : cseq.method;
  facts.method = parse_method(method);
  facts.session_s = session_seconds(sip.value(HeaderId::session_expires));
  if (facts.method == Method::invite && sip.is_request)
    facts.expires_s = invite_seconds(sip.value(HeaderId::expires));
  if (facts.method == Method::subscribe || facts.method == Method::notify)
    read_subscription(sip, &facts);
  facts.of_call_event |= facts.method == Method::refer;
  facts.has_contact = sip.has(HeaderId::contact);
  if (facts.method == Method::invite && sip.status / 100 == 2)
    facts.many_contacts = has_many_contacts(sip);
  facts.has_record_route = sip.has(HeaderId::record_route);
  facts.unregisters = facts.method == Method::register_ && sip.is_request && is_unregister(sip);
  facts.strict_route = facts.has_record_route && has_strict_route(sip);
  const ViaKey top = parse_via_key(sip.value(HeaderId::via));
  facts.cookie = has_magic_cookie(top.branch);
  const uint64_t branch = branch_hash(top, facts);
  const uint64_t method_hash = hash_method(facts.method, method);
  facts.transaction_key = mix(branch, method_hash);
  if (facts.method == Method::ack || facts.method == Method::cancel) {
    facts.invite_key = mix(branch, hash_method(Method::invite, {}));
  }
  if (!sip.is_request) return facts;
  const std::string_view second = second_via(sip);
  if (second.empty()) return facts;
  const ViaKey via = parse_via_key(second);
  if (!via.branch.empty()) {
    facts.previous_hop_key = mix(branch_hash(via, facts), method_hash);
  }
  return facts;
}

}  // namespace sipladder
