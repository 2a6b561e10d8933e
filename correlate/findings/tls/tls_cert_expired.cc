// tls-cert-expired: the certificate of a server is not valid at the time of its packets.
#include <fmt/format.h>

#include <map>
#include <tuple>

#include "correlate/findings/shared/support.h"
#include "correlate/findings/shared/tls_signalling.h"
#include "decode/utc_text.h"

namespace sipladder::tls_cert_expired {
namespace {

extern const Detector detector;

std::string certificate_text(const Certificate& certificate) {
  return certificate.subject.empty() ? "the certificate"
                                     : "the certificate of " + certificate.subject;
}

bool is_too_late(const TlsConnection& c) {
  return c.certificate->not_after_ns != 0 && c.first_ns > c.certificate->not_after_ns;
}
void tell_expired(const TlsConnection& c, size_t count, std::vector<Finding>* out) {
  Finding finding = finding_of(detector);
  const bool late = is_too_late(c);
  if (!minds_certificate(c)) finding.severity = Severity::warning;
  finding.summary =
      fmt::format("{} at {} {} {} (frame {}){}", certificate_text(*c.certificate),
                  to_string(c.server), late ? "expired on" : "is valid only from",
                  utc_text(late ? c.certificate->not_after_ns : c.certificate->not_before_ns),
                  c.certificate_frame,
                  minds_certificate(c) ? ": the client ends the handshake"
                  : count > 1          ? fmt::format(": {} connections are made with it", count)
                                       : "");
  finding.explanation = fmt::format(
      "The packets are of {}. A client that looks at the dates refuses it.", utc_text(c.first_ns));
  finding.remedy = late ? "Renew the certificate and have the server load it."
                        : "Look at the clock of the server, of whoever captured, and at the "
                          "certificate that is loaded.";
  finding.rfc = "RFC 5280 4.1.2.5";
  finding.evidence = {c.certificate_frame};
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::map<std::tuple<Endpoint, int64_t, bool>, std::pair<const TlsConnection*, size_t>> once;
  for (const TlsConnection* c : certificates_over_tls(context)) {
    const bool dated = context.model.has_times(c->source) && context.model.has_dates(c->source);
    if (!dated || !is_out_of_date(*c)) continue;
    auto& [first, count] =
        once.try_emplace({c->server, c->certificate->not_after_ns, minds_certificate(*c)}, c, 0)
            .first->second;
    count++;
  }
  for (const auto& [key, told] : once) tell_expired(*told.first, told.second, out);
}

const Detector detector("tls-cert-expired", Severity::error,
                        "a certificate is not valid at the time of the packets (warning "
                        "where no client minds)",
                        check, {.needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::tls_cert_expired
