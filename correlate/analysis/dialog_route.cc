#include "correlate/analysis/dialog_route.h"

#include <algorithm>

#include "decode/text.h"

namespace sipladder {
namespace {

constexpr uint16_t kSipPort = 5060;

std::vector<std::string> uris_of(const SipIndex& sip, HeaderId id) {
  std::vector<std::string> uris;
  for (const std::string_view value : header_values(sip, id)) {
    uris.emplace_back(parse_name_addr(value).uri);
  }
  return uris;
}

bool same_host(std::string_view a, std::string_view b) {
  const SipUri x = parse_uri(a);
  const SipUri y = parse_uri(b);
  return equal_no_case(x.host, y.host) && x.port.value_or(kSipPort) == y.port.value_or(kSipPort);
}

bool same_target(std::string_view a, std::string_view b) {
  return same_host(a, b) && parse_uri(a).user == parse_uri(b).user;
}

bool is_loose(std::string_view uri) {
  return param(parse_uri(uri).params, "lr").has_value();
}

// The message sets up or changes this dialog's route at `ua`, to which it is delivered.
bool teaches(const CallContext& context, const MessageRecord& message, EndpointId ua,
             DialogId dialog) {
  if (context.model.endpoints[message.dst].ip != context.model.endpoints[ua].ip) return false;
  if (message.method != Method::invite && message.method != Method::update) return false;
  if (message.is_request()) return !message.has_to_tag || message.dialog == dialog;
  return message.dialog == dialog && message.status > 100 && message.status < 300;
}

bool is_first(const MessageRecord& message) {
  return message.is_request() && !message.has_to_tag;
}

}  // namespace

std::optional<DialogRoute> route_known_to(CallContext& context, EndpointId ua, DialogId dialog,
                                          int64_t time_ns) {
  std::optional<DialogRoute> known;
  bool confirmed = false;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (message.time_ns >= time_ns || message.is_copy()) continue;
    if (!teaches(context, message, ua, dialog) || !context.view.load(message)) continue;
    const SipIndex& sip = context.view.sip();
    const std::string_view contact = sip.value(HeaderId::contact);
    if (contact.empty()) continue;
    // The route set does not change once the dialog is confirmed (RFC 3261 12.2). The target is
    // learnt anew from each re-INVITE and UPDATE.
    if (!confirmed && (is_first(message) || !message.is_request())) {
      known.emplace();
      known->routes = uris_of(sip, HeaderId::record_route);
      if (!message.is_request()) std::reverse(known->routes.begin(), known->routes.end());
      confirmed = message.status >= 200;
    }
    if (!known) continue;
    known->target = std::string(parse_name_addr(contact).uri);
    known->frame = message.frame;
  }
  return known;
}

RouteVerdict judge_route(CallContext& context, const MessageRecord& request) {
  const auto known = route_known_to(context, request.src, request.dialog, request.time_ns);
  RouteVerdict verdict;
  if (!known || !context.view.load(request)) return verdict;
  const SipIndex& sip = context.view.sip();
  const bool forwarded = header_values(sip, HeaderId::via).size() != 1;
  if (forwarded && request.method != Method::ack) return verdict;
  const std::vector<std::string> routes = uris_of(sip, HeaderId::route);
  const std::string_view uri = sip.request_uri;
  verdict.frame = known->frame;
  const auto differs = [&](RouteFault fault, std::string_view expected, std::string_view actual) {
    verdict.fault = fault;
    verdict.expected = expected;
    verdict.actual = actual;
    return verdict;
  };
  if (known->routes.empty()) {
    // A Route of the author's own (an outbound proxy) leads to the target all the same.
    if (same_target(uri, known->target)) return verdict;
    return differs(RouteFault::wrong_target, known->target, uri);
  }
  const std::string& first = known->routes.front();
  if (!is_loose(first)) {
    if (forwarded) return verdict;
    // The URI of a strict router becomes the Request-URI, and the target the last Route (RFC 3261
    // 12.2.1.1).
    if (same_host(uri, first)) return verdict;
    return differs(RouteFault::not_rewritten, first, uri);
  }
  // A proxy on the way removes its own Route, and leaves the Request-URI as it is (RFC 3261 16.12).
  if (forwarded) {
    if (same_target(uri, known->target)) return verdict;
    return differs(RouteFault::wrong_target, known->target, uri);
  }
  const std::string_view sent_to = routes.empty() ? std::string_view() : routes.front();
  if (!same_host(sent_to, first)) return differs(RouteFault::ignored, first, sent_to);
  if (!same_target(uri, known->target)) {
    return differs(RouteFault::wrong_target, known->target, uri);
  }
  return verdict;
}

}  // namespace sipladder
