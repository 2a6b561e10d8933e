// tls-incomplete: a TLS handshake for signalling stops without an alert: the ClientHello gets no
// answer, or the connection ends in the middle. Or the TCP connection for it is refused.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "correlate/findings/shared/support.h"
#include "correlate/findings/shared/tls_signalling.h"
#include "decode/tls/names.h"
#include "decode/tls/words.h"

namespace sipladder::tls_incomplete {
namespace {

extern const Detector detector;

// Longer than a handshake takes, even with a server that looks the client up before it answers.
constexpr int64_t kLongNs = 5'000'000'000;

// How the handshake stops.
enum class End : uint8_t { none, silent, reset, closed };

End end_of(const Model& model, const TlsConnection& c) {
  if (c.hello_ns == 0 || c.done_ns != 0 || c.alert || c.lost != 0 || !c.answered) return End::none;
  if (c.version == 0 && c.server_records != 0) return End::none;    // an answer that cannot be read
  if (is_out_of_date(c) && minds_certificate(c)) return End::none;  // tls-cert-expired says why
  if (c.closed_ns != 0) return c.reset ? End::reset : End::closed;
  const int64_t watched = model.coverage.until(c.point, c.last_ns);
  return watched - c.last_ns > kLongNs ? End::silent : End::none;
}

using Group = std::tuple<IpAddress, Endpoint, End, TlsEnd>;
using Groups = std::map<Group, std::vector<const TlsConnection*>>;

std::string how_text(const Model& model, const TlsConnection& c, End end) {
  const std::string step = c.version == 0 ? "the ClientHello gets no answer" : "it stops half way";
  if (end == End::silent)
    return fmt::format("{} for {}", step,
                       seconds_text(model.coverage.until(c.point, c.last_ns) - c.last_ns));
  return fmt::format("{}, and the {} {} the connection after {} (frame {})", step,
                     end_word(c.closed_by), end == End::reset ? "resets" : "closes",
                     seconds_text(c.closed_ns - c.hello_ns), c.closed_frame);
}

void tell(const Model& model, const std::vector<const TlsConnection*>& all, End end,
          const std::vector<const TlsConnection*>& alike, std::vector<Finding>* out) {
  const TlsConnection& first = *alike.front();
  Finding finding = finding_of(detector);
  // A client that leaves may have had a reason of its own: a timeout, a probe.
  const bool by_client = end == End::closed && first.closed_by == TlsEnd::client;
  if (succeeds_later(all, *alike.back())) {
    finding.severity = Severity::info;
  } else if (by_client || end == End::silent) {
    finding.severity = Severity::warning;
  }
  finding.summary = fmt::format("the TLS handshake of {} with {} is never completed{}: {}",
                                to_string(first.client), to_string(first.server),
                                alike.size() > 1 ? " (" + times_text(alike.size()) + ")" : "",
                                how_text(model, first, end));
  finding.explanation =
      "Without a handshake no SIP passes: requests to this server fail, and it is not registered "
      "with.";
  finding.remedy =
      first.version == 0
          ? "See that TLS listens on that port, and that no box between (an ALG, a firewall, a "
            "load balancer) drops what it does not know; the log of the server may name the "
            "reason."
          : "Look at the log of whoever ended it; where certificates are long, look for segments "
            "that a small MTU swallows.";
  finding.rfc = "RFC 8446 2";
  for (const TlsConnection* one : alike) {
    if (finding.evidence.size() >= kShownFrames) break;
    finding.evidence.push_back(one->first_frame);
    if (one->closed_frame != 0) finding.evidence.push_back(one->closed_frame);
  }
  sort_unique(&finding.evidence);
  report(out, std::move(finding));
}

// ---- TCP connections that are refused, so that no ClientHello is sent

using Refusals = std::map<std::pair<IpAddress, Endpoint>, std::vector<const TcpRefusal*>>;

bool reaches_later(const Model& model, const TcpRefusal& refusal) {
  return std::any_of(model.tls.begin(), model.tls.end(), [&](const TlsConnection& c) {
    return c.client.ip == refusal.client.ip && c.server == refusal.server &&
           c.done_ns > refusal.time_ns;
  });
}

// The host takes part in the signalling seen here, and does not only scan ports.
bool is_party(const Model& model, const IpAddress& ip) {
  for (const EndpointId id : model.endpoints.ids()) {
    if (model.endpoints[id].ip == ip) return true;
  }
  return std::any_of(model.tls.begin(), model.tls.end(), [&](const TlsConnection& c) {
    return c.client.ip == ip && shows_signalling(c);
  });
}

void tell_refused(const Model& model, const std::vector<const TcpRefusal*>& alike,
                  std::vector<Finding>* out) {
  const TcpRefusal& first = *alike.front();
  Finding finding = finding_of(detector);
  finding.severity = reaches_later(model, *alike.back()) ? Severity::info
                     : alike.size() > 1                  ? Severity::error
                                                         : Severity::warning;
  finding.summary = fmt::format(
      "{} refuses the TCP connection of {}{}: its SYN is answered by a reset (frame {}), before "
      "TLS "
      "can begin",
      to_string(first.server), to_string(first.client),
      alike.size() > 1 ? " (" + times_text(alike.size()) + ")" : "", first.reset_frame);
  finding.explanation =
      "Nothing listens on that port, or a firewall in between answers for the host: no SIP passes "
      "over TLS.";
  finding.remedy =
      "See with ss -ltn on the server that it listens there for TLS, and look at the rules of the "
      "firewall (reject with tcp-reset).";
  finding.rfc = "RFC 9293 3.5.2";
  for (const TcpRefusal* one : alike) {
    if (finding.evidence.size() >= kShownFrames) break;
    finding.evidence.push_back(one->syn_frame);
    finding.evidence.push_back(one->reset_frame);
  }
  sort_unique(&finding.evidence);
  report(out, std::move(finding));
}

// The port is that of sips, or another connection shows that it carries SIP over TLS.
bool is_for_signalling(const Model& model, const TcpRefusal& refusal) {
  return refusal.server.port == kSips ||
         std::any_of(model.tls.begin(), model.tls.end(), [&](const TlsConnection& c) {
           return c.server == refusal.server && shows_signalling(c);
         });
}

void check_refusals(const Model& model, std::vector<Finding>* out) {
  Refusals refusals;
  for (const TcpRefusal& refusal : model.tcp_refusals) {
    if (is_for_signalling(model, refusal))
      refusals[{refusal.client.ip, refusal.server}].push_back(&refusal);
  }
  for (const auto& [ends, alike] : refusals) {
    if (is_party(model, ends.first)) tell_refused(model, alike, out);
  }
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  check_refusals(model, out);
  if (std::none_of(model.tls.begin(), model.tls.end(),
                   [&](const TlsConnection& c) { return end_of(model, c) != End::none; }))
    return;
  const std::vector<const TlsConnection*> all = signalling_over_tls(context);
  Groups groups;
  for (const TlsConnection* c : all) {
    const End end = end_of(model, *c);
    if (end != End::none) groups[{c->client.ip, c->server, end, c->closed_by}].push_back(c);
  }
  for (const auto& [group, alike] : groups) tell(model, all, std::get<End>(group), alike, out);
}

const Detector detector("tls-incomplete", Severity::error,
                        "a TLS handshake for signalling gets no answer, stops half way, or its TCP "
                        "connection is refused",
                        check, {.needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::tls_incomplete
