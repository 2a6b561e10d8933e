#include "correlate/sip/refer.h"

#include <algorithm>

#include "decode/text.h"

namespace sipladder {
namespace {

constexpr int kMaxRead = 16;  // INVITEs of one host compared with one target

// The first call that began after this message: ids ascend with the messages that began them.
uint32_t first_after(const Model& model, MessageId message) {
  uint32_t low = 1, high = model.calls.size() + 1;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const bool before =
        !model.calls.holds(CallId{middle}) || model.calls[CallId{middle}].first_message < message;
    (before ? low : high) = before ? middle + 1 : middle;
  }
  return low;
}

bool same_user(const SipUri& a, std::string_view other) {
  const SipUri b = parse_uri(other);
  if (!a.user.empty()) return a.user == b.user;
  return b.user.empty() && equal_no_case(a.host, b.host);
}

}  // namespace

bool DialogName::is(std::string_view other_id, std::string_view tag,
                    std::string_view other_tag) const {
  const bool tags =
      (to_tag == tag && from_tag == other_tag) || (to_tag == other_tag && from_tag == tag);
  return call_id == other_id && tags;
}

std::optional<DialogName> parse_replaces(std::string_view value) {
  const size_t params = std::min(value.size(), value.find(';'));
  const auto to_tag = param(value.substr(params), "to-tag");
  const auto from_tag = param(value.substr(params), "from-tag");
  DialogName name{std::string(trim(value.substr(0, params))), std::string(to_tag.value_or("")),
                  std::string(from_tag.value_or(""))};
  if (name.call_id.empty() || name.to_tag.empty() || name.from_tag.empty()) return std::nullopt;
  return name;
}

ReferTarget refer_target_of(const SipIndex& refer) {
  const std::string value = unfold(refer.value(HeaderId::refer_to));
  const std::string_view uri = parse_name_addr(value).uri;
  ReferTarget target{std::string(uri.substr(0, uri.find('?'))), std::nullopt};
  std::string_view headers = parse_uri(uri).headers;
  while (!headers.empty()) {
    std::string_view header = cut(&headers, '&');
    if (equal_no_case(cut(&header, '='), "Replaces"))
      target.replaces = parse_replaces(unescape(header));
  }
  return target;
}

CallId call_of_refer(const Model& model, MessageView& view, TransactionId id) {
  const TransactionRecord& refer = model.transactions[id];
  if (!view.load(model.messages[refer.request])) return {};
  const ReferTarget target = refer_target_of(view.sip());
  const SipUri wanted = parse_uri(target.uri);
  const IpAddress& host = model.endpoints[refer.dst].ip;
  const uint32_t first = first_after(model, refer.request);
  const uint32_t end = first + std::min(kMaxReferCalls, model.calls.size() + 1 - first);
  int read = 0;
  for (uint32_t call = first; call < end && read < kMaxRead; call++) {
    if (!model.calls.holds(CallId{call})) continue;
    const CallRecord& made = model.calls[CallId{call}];
    if (made.start_ns - refer.first_ns > kReferNs) break;
    if (made.kind != CallKind::call || !made.first_request) continue;
    const MessageRecord& invite = model.messages[made.first_request];
    if (model.endpoints[invite.src].ip != host || !view.load(invite)) continue;
    read++;
    const SipIndex& sip = view.sip();
    if (same_user(wanted, sip.request_uri) ||
        same_user(wanted, parse_name_addr(sip.value(HeaderId::to)).uri))
      return CallId{call};
  }
  return {};
}

}  // namespace sipladder
