// tls-refused: one side ends a TLS handshake for signalling by a fatal alert.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "correlate/findings/shared/support.h"
#include "correlate/findings/shared/tls_signalling.h"
#include "decode/tls/names.h"
#include "decode/tls/words.h"

namespace sipladder::tls_refused {
namespace {

extern const Detector detector;

struct AlertMeaning {
  uint8_t number;
  const char* what;
  const char* remedy;
};
constexpr AlertMeaning kMeanings[] = {
    {40,
     "Both sides have no version, cipher suite or group in common, or a certificate was asked "
     "for and did not come.",
     "Compare versions_offered and suite in the table tls with what the other side allows, and "
     "look whether the server asks for a certificate of the client."},
    {42, "The certificate is damaged, or its signature does not verify.",
     "Look at the certificate and its chain with openssl s_client -connect HOST:PORT -showcerts."},
    {43, "The certificate is of a kind that is not supported.",
     "Use a certificate with an RSA or ECDSA key and a usual signature."},
    {44, "The certificate was revoked.", "Get a new certificate for the other side."},
    {45, "The certificate has expired or is not valid yet, by the clock of the side that refuses.",
     "Renew the certificate, and check the clock of the side that refuses."},
    {46, "The certificate is refused for a reason that is not told.",
     "Look at the names, dates and chain of the certificate, and at the log of the side that "
     "refuses."},
    {48, "Whoever says so does not know the authority that signed the certificate.",
     "Give the server the whole chain with its intermediate certificates, or the authority to "
     "the side that refuses."},
    {51,
     "A signature of the handshake does not verify: often a key and a certificate that do not "
     "belong together.",
     "See that the private key belongs to the certificate."},
    {70, "The versions of TLS that one side offers are not among those that the other allows.",
     "Allow a version in common: 1.2 is known by nearly all."},
    {71, "The server wants stronger suites than the client has.",
     "Offer stronger cipher suites, or lower the demand of the server."},
    {86, "The client offers an older version than the server knows it could.",
     "Look why the client falls back: an attempt with a newer version failed before."},
    {112, "The server does not know the name that the client asks for.",
     "Use a name that the server has a certificate for, or add one for this name."},
    {116, "The server wants a certificate of the client, and none came.",
     "Give the client a certificate, or do not demand one."},
    {120, "Both sides have no protocol in common (ALPN).",
     "Offer the protocol that the server knows, or none."},
};

const AlertMeaning* meaning_of(const TlsAlert& alert) {
  for (const AlertMeaning& row : kMeanings) {
    if (row.number == alert.number) return &row;
  }
  return nullptr;
}

using Group = std::tuple<IpAddress, Endpoint, uint8_t, TlsEnd>;
using Groups = std::map<Group, std::vector<const TlsConnection*>>;

bool is_refused(const TlsConnection& c) {
  return c.alert && c.alert->fatal && c.done_ns == 0 && c.hello_ns != 0;
}

// tls-cert-expired tells this refusal.
bool is_told_by_dates(const Model& model, const TlsConnection& c) {
  const bool dated = model.has_times(c.source) && model.has_dates(c.source);
  return dated && is_out_of_date(c) && minds_certificate(c);
}

// The client takes part in the signalling seen here, and does not only scan ports.
bool is_party(CaptureContext& context, const TlsConnection& c) {
  if (c.alert->by == TlsEnd::client || c.offers_sip()) return true;
  for (const EndpointId id : context.model.endpoints.ids()) {
    if (context.model.endpoints[id].ip == c.client.ip) return true;
  }
  return false;
}

std::string offers_text(const TlsConnection& c) {
  std::string text = "the client offers TLS ";
  text += list_text(c.versions_offered, kMaxNamed, tls_version_name);
  if (c.version != 0)
    text += fmt::format(", the server chose {} with {}", tls_version_name(c.version),
                        suite_name(c.suite));
  return text;
}

void tell(CaptureContext& context, const std::vector<const TlsConnection*>& all,
          const std::vector<const TlsConnection*>& alike, std::vector<Finding>* out) {
  const TlsConnection& first = *alike.front();
  const TlsAlert& alert = *first.alert;
  const bool by_client = alert.by == TlsEnd::client;
  Finding finding = finding_of(detector);
  // A client that tries again with other versions gets through.
  if (succeeds_later(all, *alike.back())) {
    finding.severity = Severity::info;
  } else if (!is_party(context, first)) {
    finding.severity = Severity::warning;
  }
  const std::string says =
      alert.readable ? "says " + alert_name(alert.number) : "sends an alert that is encrypted";
  finding.summary = fmt::format(
      "the TLS handshake of {} with {} is refused{}: the {} {} (frame {})", to_string(first.client),
      to_string(first.server), alike.size() > 1 ? " " + times_text(alike.size()) : "",
      by_client ? "client" : "server", says, alert.frame);
  const AlertMeaning* const meaning = alert.readable ? meaning_of(alert) : nullptr;
  finding.explanation =
      fmt::format("{}{}.", meaning != nullptr ? std::string(meaning->what) + " " : std::string(),
                  "Here " + offers_text(first));
  finding.remedy = meaning != nullptr
                       ? meaning->remedy
                       : "Look at the log of the side that refuses: it names the reason.";
  finding.rfc = first.version >= kTls13 || first.version == 0 ? "RFC 8446 6.2" : "RFC 5246 7.2.2";
  for (const TlsConnection* one : alike) {
    if (finding.evidence.size() >= kShownFrames) break;
    finding.evidence.push_back(one->first_frame);
    finding.evidence.push_back(one->alert->frame);
  }
  sort_unique(&finding.evidence);
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const std::vector<TlsConnection>& rows = context.model.tls;
  if (std::none_of(rows.begin(), rows.end(), is_refused)) return;
  const std::vector<const TlsConnection*> all = signalling_over_tls(context);
  Groups groups;
  for (const TlsConnection* c : all) {
    if (!is_refused(*c) || is_told_by_dates(context.model, *c)) continue;
    groups[{c->client.ip, c->server, c->alert->number, c->alert->by}].push_back(c);
  }
  for (const auto& [group, alike] : groups) tell(context, all, alike, out);
}

const Detector detector("tls-refused", Severity::error,
                        "a TLS handshake for signalling is ended by a fatal alert", check);

}  // namespace
}  // namespace sipladder::tls_refused
