// tls-plaintext: one side speaks TLS and the other one SIP in the clear, so neither understands.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "correlate/findings/shared/support.h"
#include "decode/tls/names.h"

namespace sipladder::tls_plaintext {
namespace {

extern const Detector detector;

// The server sends an alert although it got no ClientHello.
bool sip_gets_alert(const TlsConnection& c) {
  return c.hello_ns == 0 && c.alert && c.alert->by == TlsEnd::server;
}
// The server answers a ClientHello with something that is not TLS.
bool hello_gets_other(const TlsConnection& c) {
  return c.hello_ns != 0 && c.version == 0 && !c.alert && c.done_ns == 0;
}

using Ends = std::pair<Endpoint, Endpoint>;
using Suspects = std::map<Ends, const TlsConnection*>;  // by sender and receiver of the SIP

void tell_alert(const TlsConnection& c, const MessageRecord& message, std::vector<Finding>* out) {
  Finding finding = finding_of(detector);
  finding.call = message.call;
  finding.summary = fmt::format(
      "{} sends SIP in the clear to {}, which speaks TLS: it answers with the alert {} (frame {})",
      to_string(c.client), to_string(c.server), alert_name(c.alert->number), c.alert->frame);
  finding.explanation = "A server that waits for a ClientHello takes SIP for a damaged one.";
  finding.remedy =
      "Have the client use TLS for this port (sips: or transport=tls), or send to the port for "
      "TCP.";
  finding.rfc = "RFC 3261 18, 26.3.2";
  finding.evidence = {message.frame, c.alert->frame};
  sort_unique(&finding.evidence);
  report(out, std::move(finding));
}

void tell_other(const TlsConnection& c, const MessageRecord& message, std::vector<Finding>* out) {
  Finding finding = finding_of(detector);
  finding.summary = fmt::format(
      "{} begins TLS with {}, which speaks SIP in the clear: it answers the ClientHello (frame {}) "
      "with SIP (frame {})",
      to_string(c.client), to_string(c.server), c.first_frame, message.frame);
  finding.explanation = "A server without TLS on this port takes a ClientHello for damaged SIP.";
  finding.remedy =
      "Have the client use the port for TLS (5061), or switch TLS on for this port of the server.";
  finding.rfc = "RFC 3261 18, 26.3.2";
  finding.evidence = {c.first_frame, message.frame};
  sort_unique(&finding.evidence);
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  Suspects clear_client, clear_server;
  for (const TlsConnection& c : model.tls) {
    if (sip_gets_alert(c)) clear_client.emplace(Ends{c.client, c.server}, &c);
    if (hello_gets_other(c)) clear_server.emplace(Ends{c.server, c.client}, &c);
  }
  if (clear_client.empty() && clear_server.empty()) return;
  std::set<std::pair<IpAddress, Endpoint>> told;
  for (const MessageId id : model.messages.ids()) {
    const MessageRecord& message = model.messages[id];
    if (message.transport != Transport::tcp) continue;
    const Ends ends{model.endpoints[message.src], model.endpoints[message.dst]};
    if (const auto found = clear_client.find(ends); found != clear_client.end()) {
      if (told.emplace(ends.first.ip, ends.second).second) tell_alert(*found->second, message, out);
    } else if (const auto other = clear_server.find(ends); other != clear_server.end()) {
      if (told.emplace(ends.second.ip, ends.first).second) tell_other(*other->second, message, out);
    }
  }
}

const Detector detector("tls-plaintext", Severity::warning,
                        "SIP in the clear is sent to a port that speaks TLS, or TLS to one that "
                        "speaks SIP",
                        check);

}  // namespace
}  // namespace sipladder::tls_plaintext
