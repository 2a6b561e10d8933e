#include "correlate/findings/shared/tls_signalling.h"

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder {
namespace {

bool is_secure_transport(std::string_view transport) {
  return equal_no_case(transport, "tls") || equal_no_case(transport, "wss");
}

}  // namespace

bool is_web_port(uint16_t port) {
  return port == 443 || port == 8443;
}

bool shows_signalling(const TlsConnection& connection) {
  return connection.sip || connection.offers_sip() || connection.server.port == kSips ||
         connection.client.port == kSips;
}

TlsNames::TlsNames(CaptureContext& context) {
  constexpr int kMaxCalls = 500;
  int looked_at = 0;
  for (const CallId id : context.model.calls.ids()) {
    if (looked_at++ == kMaxCalls) return;
    const MessageId first = context.model.calls[id].first_request;
    if (first && context.view.load(context.model.messages[first])) read(context.view.sip());
  }
}

bool TlsNames::has(const TlsConnection& connection) const {
  return has_host(connection) || ports_.contains(connection.server.port);
}

bool TlsNames::has_host(const TlsConnection& connection) const {
  const uint16_t port = connection.server.port;
  const auto named = [&](const std::string& host) {
    return hosts_.contains({host, port}) || (!is_web_port(port) && hosts_.contains({host, 0}));
  };
  return named(to_string(connection.server.ip)) || named(lower_case(connection.server_name));
}

void TlsNames::add(std::string_view host, std::optional<uint16_t> port) {
  hosts_.insert({lower_case(host), port.value_or(0)});
  if (port) ports_.insert(*port);
}

void TlsNames::add_uri(std::string_view text) {
  const SipUri uri = parse_uri(text);
  if (!uri.valid) return;
  const auto transport = param(uri.params, "transport").value_or("");
  if (equal_no_case(uri.scheme, "sips") || is_secure_transport(transport)) add(uri.host, uri.port);
}

void TlsNames::read(const SipIndex& sip) {
  add_uri(sip.request_uri);
  for (const std::string_view value : header_values(sip, HeaderId::via)) {
    const Via via = parse_via(value);
    if (via.valid && is_secure_transport(via.transport)) add(via.host, via.port);
  }
  for (const HeaderId header : {HeaderId::contact, HeaderId::record_route, HeaderId::route}) {
    for (const std::string_view value : header_values(sip, header))
      add_uri(parse_name_addr(value).uri);
  }
}

bool succeeds_later(const std::vector<const TlsConnection*>& all, const TlsConnection& failed) {
  return std::any_of(all.begin(), all.end(), [&](const TlsConnection* other) {
    return other->client.ip == failed.client.ip && other->server == failed.server &&
           other->done_ns > failed.first_ns;
  });
}

bool is_out_of_date(const TlsConnection& connection) {
  if (!connection.certificate) return false;
  const Certificate& certificate = *connection.certificate;
  return (certificate.not_after_ns != 0 && connection.first_ns > certificate.not_after_ns) ||
         (certificate.not_before_ns != 0 && connection.first_ns < certificate.not_before_ns);
}

bool minds_certificate(const TlsConnection& connection) {
  if (connection.done_ns != 0) return false;
  if (!connection.alert) return connection.closed_by == TlsEnd::client;
  constexpr uint8_t kBad = 42, kExpired = 45, kUnknown = 46;
  const uint8_t said = connection.alert->number;
  return connection.alert->by == TlsEnd::client && connection.alert->readable &&
         (said == kBad || said == kExpired || said == kUnknown);
}

std::vector<const TlsConnection*> signalling_over_tls(CaptureContext& context) {
  const std::vector<TlsConnection>& all = context.model.tls;
  std::vector<const TlsConnection*> found;
  const bool told = std::all_of(all.begin(), all.end(), shows_signalling);
  std::optional<TlsNames> names;
  if (!told) names.emplace(context);
  for (const TlsConnection& connection : all) {
    if (shows_signalling(connection) || names->has_host(connection)) found.push_back(&connection);
  }
  return found;
}

std::vector<const TlsConnection*> certificates_over_tls(CaptureContext& context) {
  const Model& model = context.model;
  if (std::none_of(model.tls.begin(), model.tls.end(),
                   [](const TlsConnection& c) { return c.certificate.has_value(); }))
    return {};
  std::vector<const TlsConnection*> found = signalling_over_tls(context);
  std::erase_if(found, [](const TlsConnection* c) { return !c->certificate; });
  return found;
}

}  // namespace sipladder
