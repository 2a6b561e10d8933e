// tls-cert-name: the certificate of a server does not have the name that the client asked for.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "correlate/findings/shared/support.h"
#include "correlate/findings/shared/tls_signalling.h"
#include "decode/text.h"

namespace sipladder::tls_cert_name {
namespace {

extern const Detector detector;

// The certificate's name covers the name that was asked for. A wildcard covers the first label
// (RFC 6125 6.4.3).
bool is_named(std::string_view name, std::string_view asked) {
  if (equal_no_case(name, asked)) return true;
  if (!name.starts_with("*.")) return false;
  const size_t dot = asked.find('.');
  return dot != std::string_view::npos && equal_no_case(name.substr(1), asked.substr(dot));
}

// The certificate has names, and the one that was asked for is none of them. Not where its names
// are not all known, nor for an old certificate that is named by its subject only.
bool is_for_another(const TlsConnection& c) {
  const Certificate& certificate = *c.certificate;
  const std::vector<std::string>& names = certificate.names;
  if (c.server_name.empty() || names.empty() || names.size() >= kMaxNamed) return false;
  return std::none_of(names.begin(), names.end(), [&](const std::string& name) {
    // A SIP URI names its domain too (RFC 5922 7.1).
    const std::string_view host = std::string_view(name).starts_with("sip:")
                                      ? std::string_view(name).substr(4)
                                      : std::string_view(name);
    return is_named(host, c.server_name);
  });
}

void tell_name(const TlsConnection& c, std::vector<Finding>* out) {
  constexpr size_t kShown = 3;
  Finding finding = finding_of(detector);
  const bool works = c.done_ns != 0 && !(c.alert && c.alert->fatal);
  if (works) finding.severity = Severity::info;
  finding.summary = fmt::format(
      "{} asks {} for {}, and gets a certificate for {} (frame {})", to_string(c.client),
      to_string(c.server), c.server_name,
      list_text(c.certificate->names, kShown, [](const std::string& name) { return name; }),
      c.certificate_frame);
  finding.explanation = works ? "This client does not mind; one that checks names refuses it."
                              : "A client that checks names refuses it.";
  finding.remedy =
      "Put the name that clients use into the certificate (as a DNS name of subjectAltName), or "
      "have clients use one that is in it.";
  finding.rfc = "RFC 5922 7.3";
  finding.evidence = {c.first_frame, c.certificate_frame};
  sort_unique(&finding.evidence);
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::set<std::pair<Endpoint, std::string>> told;
  for (const TlsConnection* c : certificates_over_tls(context)) {
    if (is_for_another(*c) && told.emplace(c->server, c->server_name).second) tell_name(*c, out);
  }
}

const Detector detector("tls-cert-name", Severity::warning,
                        "a certificate has not the name that the client asked for (info where "
                        "it does not mind)",
                        check);

}  // namespace
}  // namespace sipladder::tls_cert_name
