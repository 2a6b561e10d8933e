#include "correlate/session/legs.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>

#include "capture/time_units.h"
#include "correlate/model/hash.h"
#include "correlate/sip/refer.h"
#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t kMaxPerKey = 16;
constexpr size_t kMaxOpenRefers = 256;
constexpr int64_t kNearNs = 2 * kSecondNs;  // legs of one call begin this near to each other
constexpr size_t kNumberSuffix = 7;         // digits that identify a subscriber

// The last digits of a telephone number, because each side may write another prefix. Another user
// part is returned as it is.
std::string party_of(std::string_view header) {
  const SipUri uri = parse_uri(parse_name_addr(header).uri);
  std::string user(uri.user);
  const bool number = !user.empty() && user.find_first_not_of("+0123456789") == std::string::npos;
  if (number && user.size() > kNumberSuffix) user = user.substr(user.size() - kNumberSuffix);
  return user;
}

std::string_view icid_of(std::string_view value) {
  return param(value, "icid-value").value_or(std::string_view());
}

// All zeroes means "not known yet" (RFC 7989 5).
bool is_null_uuid(std::string_view uuid) {
  return uuid.find_first_not_of('0') == std::string_view::npos;
}

struct Identifier {
  JoinReason reason;
  uint64_t key;  // hash of the value and the reason
};

Identifier identifier(JoinReason reason, std::string_view text) {
  return {reason, mix(hash_text(text), static_cast<uint64_t>(reason))};
}

// The identifiers in the headers of a call's first message, the surest first.
std::vector<Identifier> identifiers_in(const SipIndex& sip,
                                       const std::vector<std::string>& join_headers) {
  std::vector<Identifier> found;
  const auto add = [&](JoinReason reason, std::string_view text) {
    found.push_back(identifier(reason, text));
  };
  // The own Call-ID has the same key as an X-Call-ID of another leg that names it.
  for (const HeaderId header : {HeaderId::call_id, HeaderId::x_call_id, HeaderId::x_cid}) {
    if (!sip.value(header).empty()) add(JoinReason::x_call_id, sip.value(header));
  }
  const std::string_view session = sip.value(HeaderId::session_id);
  const size_t params = std::min(session.size(), session.find(';'));
  for (const std::string_view uuid :
       {trim(session.substr(0, params)),
        param(session.substr(params), "remote").value_or(std::string_view())}) {
    if (uuid.size() >= 16 && !is_null_uuid(uuid)) add(JoinReason::session_id, uuid);
  }
  const std::string_view icid = icid_of(sip.value(HeaderId::p_charging_vector));
  if (!icid.empty()) add(JoinReason::charging_vector, icid);
  for (const std::string& name : join_headers) {
    for (const HeaderLine& header : sip.headers) {
      if (equal_no_case(header.name, name) && !header.value.empty())
        add(JoinReason::join_header, header.value);
    }
  }
  return found;
}

std::vector<Identifier> identifiers_in(const Sdp& sdp) {
  std::vector<Identifier> found{identifier(JoinReason::sdp_origin, sdp.origin)};
  for (const SdpMedia& media : sdp.media) {
    if (media.port == 0 || media.hold_address) continue;
    const std::string address = std::string(media.address) + ":" + std::to_string(media.port);
    found.push_back(identifier(JoinReason::media_address, address));
  }
  return found;
}

template <typename Leg>
bool begin_together(const Leg& a, const Leg& b) {
  const bool overlap = a.start_ns <= b.end_ns && b.start_ns <= a.end_ns;
  return overlap && std::abs(a.start_ns - b.start_ns) <= kNearNs;
}
template <typename Leg>
bool share_host(const Leg& a, const Leg& b) {
  return a.src == b.dst || a.dst == b.src;
}
// The legs can be those of a B2BUA. Two calls that one host makes, or receives, are parallel calls.
template <typename Leg>
bool in_series(const Leg& a, const Leg& b) {
  return share_host(a, b) ? a.src != b.src || a.dst != b.dst : a.src != b.src && a.dst != b.dst;
}

}  // namespace

std::string_view to_string(JoinReason reason) {
  switch (reason) {
    case JoinReason::none:
      return "";
    case JoinReason::x_call_id:
      return "x-call-id";
    case JoinReason::session_id:
      return "session-id";
    case JoinReason::charging_vector:
      return "charging-vector";
    case JoinReason::join_header:
      return "join-header";
    case JoinReason::refer:
      return "refer";
    case JoinReason::sdp_origin:
      return "sdp-origin";
    case JoinReason::media_address:
      return "media-address";
    case JoinReason::numbers_and_time:
      return "numbers-and-time";
  }
  return "";
}

bool some_host_is_between_calls(const Model& model) {
  absl::flat_hash_set<uint64_t> callers, callees;
  const auto key = [&](EndpointId id) {
    const IpAddress& ip = model.endpoints[id].ip;
    return absl::HashOf(ip.bytes, ip.family);
  };
  for (const CallId id : model.calls.ids()) {
    const CallRecord& call = model.calls[id];
    if (call.kind != CallKind::call) continue;
    for (const MessageId first : {call.first_message, call.first_request}) {
      if (!first) continue;
      callers.insert(key(model.messages[first].src));
      callees.insert(key(model.messages[first].dst));
    }
  }
  return std::any_of(callees.begin(), callees.end(),
                     [&](uint64_t callee) { return callers.contains(callee); });
}

void Legs::update() {
  const uint32_t count = model_.calls.size();
  if (epoch_ != model_.evicted.epoch) {
    epoch_ = model_.evicted.epoch;
    by_key_.clear();
    parent_.reset(model_.calls);
    next_leg_.reset(model_.calls);
    reasons_.reset(model_.calls);
    open_refers_.clear();
    seen_ = parent_.first() - 1;
    refers_seen_ = 0;
  }
  parent_.extend(model_.calls);
  next_leg_.extend(model_.calls);
  reasons_.extend(model_.calls);
  while (seen_ < count) {
    const CallId id{++seen_};
    parent_[id] = next_leg_[id] = id;
    if (model_.cancellation.requested()) continue;  // then each call is a session of its own
    if (model_.calls.holds(id) && model_.calls[id].kind == CallKind::call) learn(id);
  }
  follow_refers();
}

void Legs::follow_refers() {
  while (refers_seen_ < model_.refers.size()) open_refers_.push_back(model_.refers[refers_seen_++]);
  std::erase_if(open_refers_, [&](TransactionId id) {
    const TransactionRecord& refer = model_.transactions[id];
    const CallId made = call_of_refer(model_, view_, id);
    if (made && made.value <= seen_) join(refer.call, made, JoinReason::refer);
    return made || model_.now_ns - refer.first_ns > kReferNs;
  });
  if (open_refers_.size() > kMaxOpenRefers)
    open_refers_.erase(open_refers_.begin(), open_refers_.end() - kMaxOpenRefers);
}

void Legs::learn(CallId id) {
  const CallRecord& call = model_.calls[id];
  const MessageId first = call.first_request ? call.first_request : call.first_message;
  if (!first || !view_.load(model_.messages[first])) return;
  const MessageRecord& message = model_.messages[first];
  const SipIndex& sip = view_.sip();
  Leg leg;
  leg.call = id;
  leg.start_ns = call.start_ns;
  leg.end_ns = call.end_ns;
  leg.src = model_.endpoints[message.src].ip;
  leg.dst = model_.endpoints[message.dst].ip;
  leg.from = party_of(sip.value(HeaderId::from));
  leg.to = party_of(sip.value(HeaderId::to));
  std::vector<Identifier> identifiers = identifiers_in(sip, headers_);
  if (message.is_request() && message.has_sdp) {
    const std::vector<Identifier> in_sdp = identifiers_in(parse_sdp(find_sdp(sip)));
    identifiers.insert(identifiers.end(), in_sdp.begin(), in_sdp.end());
  }
  if (!leg.from.empty() && !leg.to.empty())
    identifiers.push_back(identifier(JoinReason::numbers_and_time, leg.from + "\n" + leg.to));
  for (const Identifier& one : identifiers) match(leg, one.reason, one.key);
}

// Most identifiers join legs by themselves. Two kinds can be equal by chance: a fixed o= line, and
// a port that is used again. They join only legs that begin together, and the o= line only when the
// host that received one leg sent the other.
void Legs::match(const Leg& leg, JoinReason reason, uint64_t key) {
  std::vector<Leg>& others = by_key_[key];
  if (reason == JoinReason::numbers_and_time) {
    match_numbers(leg, others);
  } else {
    for (const Leg& other : others) {
      const bool chance = reason == JoinReason::sdp_origin || reason == JoinReason::media_address;
      const bool together = begin_together(leg, other) && in_series(leg, other);
      const bool joins =
          !chance || (together && (reason == JoinReason::media_address || share_host(leg, other)));
      if (joins && other.call != leg.call) join(other.call, leg.call, reason);
    }
  }
  if (others.size() >= kMaxPerKey) others.erase(others.begin());
  others.push_back(leg);
}

// Legs with the same two parties are joined when there is only one such call at the time. With
// several at once (a load generator) they are joined only through a host that both legs share, and
// each leg is joined once.
void Legs::match_numbers(const Leg& leg, const std::vector<Leg>& others) {
  const Leg* best = nullptr;
  size_t rivals = 0;
  for (const Leg& other : others) {
    if (other.call == leg.call || !begin_together(leg, other)) continue;
    rivals++;
    if (!in_series(leg, other) || reasons_[other.call] != JoinReason::none) continue;
    if (best == nullptr || share_host(leg, other) >= share_host(leg, *best)) best = &other;
  }
  if (best == nullptr || (rivals > 1 && !share_host(leg, *best))) return;
  join(best->call, leg.call, JoinReason::numbers_and_time);
}

void Legs::join(CallId a, CallId b, JoinReason reason) {
  const CallId x = root(a), y = root(b);
  if (x == y) return;
  parent_[std::max(x, y)] = std::min(x, y);
  std::swap(next_leg_[x], next_leg_[y]);  // two rings become one
  for (const CallId call : {a, b}) {
    JoinReason& known = reasons_[call];
    if (known == JoinReason::none || reason < known) known = reason;
  }
}

CallId Legs::root(CallId call) {
  while (parent_[call] != call) {
    CallId& parent = parent_[call];
    parent = parent_[parent];
    call = parent;
  }
  return call;
}

CallId Legs::session_of(CallId call) {
  return parent_.has(call) ? root(call) : call;
}

JoinReason Legs::reason_of(CallId call) const {
  return reasons_.has(call) ? reasons_[call] : JoinReason::none;
}

std::vector<CallId> Legs::legs_of(CallId call) const {
  std::vector<CallId> legs{call};
  if (!next_leg_.has(call)) return legs;
  for (CallId leg = next_leg_[call]; leg != call; leg = next_leg_[leg]) legs.push_back(leg);
  std::sort(legs.begin(), legs.end());
  return legs;
}

}  // namespace sipladder
