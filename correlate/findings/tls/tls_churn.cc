// tls-churn: a client opens one TLS connection after the other to a server and closes each within
// seconds. Not for a client that comes back now and then, nor for connections open at the same
// time.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "correlate/findings/shared/support.h"
#include "correlate/findings/shared/tls_signalling.h"

namespace sipladder::tls_churn {
namespace {

extern const Detector detector;

constexpr size_t kMinConnections = 10;
// A connection that is closed sooner serves about one transaction. A client that keeps its
// connection keeps it for minutes (RFC 5626).
constexpr int64_t kShortNs = 5'000'000'000;
constexpr int64_t kSoonNs = 30'000'000'000;

using Group = std::pair<IpAddress, Endpoint>;
using Connections = std::vector<const TlsConnection*>;

bool is_short(const TlsConnection& c) {
  return c.done_ns != 0 && c.closed_ns != 0 && c.closed_ns - c.done_ns < kShortNs;
}

// The longest run of short connections, each begun soon after the one before was closed.
Connections longest_run(const Connections& all) {
  Connections longest, run;
  for (const TlsConnection* c : all) {
    const bool follows = !run.empty() && c->first_ns >= run.back()->closed_ns &&
                         c->first_ns - run.back()->closed_ns < kSoonNs;
    if (!is_short(*c) || !follows) run.clear();
    if (is_short(*c)) run.push_back(c);
    if (run.size() > longest.size()) longest = run;
  }
  return longest;
}

void tell(const Connections& run, std::vector<Finding>* out) {
  const TlsConnection& first = *run.front();
  int64_t handshakes_ns = 0, lives_ns = 0;
  for (const TlsConnection* c : run) {
    handshakes_ns += std::max<int64_t>(0, c->done_ns - c->hello_ns);
    lives_ns += c->closed_ns - c->first_ns;
  }
  const auto count = static_cast<int64_t>(run.size());
  Finding finding = finding_of(detector);
  finding.summary = fmt::format(
      "{} connects to {} over TLS {} in {}: each connection is closed after {}, of which the "
      "handshake takes {:.0f} ms",
      to_string(first.client.ip), to_string(first.server), times_text(run.size()),
      seconds_text(run.back()->closed_ns - first.first_ns), seconds_text(lives_ns / count),
      static_cast<double>(handshakes_ns / count) / 1e6);
  finding.explanation =
      "Each handshake costs two ways there and back and work of the server, before the request can "
      "be sent; and what the server wants to send between has no connection to go over.";
  finding.remedy =
      "Let the client keep its connection (RFC 5923, RFC 5626: keep-alives of CRLF CRLF), and the "
      "server not close idle ones sooner: tcp_connection_lifetime of Kamailio and OpenSIPS, the "
      "idle limit of a balancer between.";
  finding.rfc = "RFC 3261 18";
  for (size_t i = 0; i < run.size() && i < kShownFrames; i++)
    finding.evidence.push_back(run[i]->first_frame);
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  if (context.model.tls.size() < kMinConnections) return;
  std::map<Group, Connections> groups;
  for (const TlsConnection* c : signalling_over_tls(context))
    groups[{c->client.ip, c->server}].push_back(c);
  for (auto& [group, all] : groups) {
    if (all.size() < kMinConnections) continue;
    std::stable_sort(all.begin(), all.end(), [](const TlsConnection* a, const TlsConnection* b) {
      return a->first_ns < b->first_ns;
    });
    const Connections run = longest_run(all);
    if (run.size() >= kMinConnections) tell(run, out);
  }
}

const Detector detector("tls-churn", Severity::warning,
                        "a TLS connection for each request: it is closed and begun again", check,
                        {.needs = TimeNeed::fractions});

}  // namespace
}  // namespace sipladder::tls_churn
