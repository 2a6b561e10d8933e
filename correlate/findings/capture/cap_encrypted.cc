// cap-encrypted: TLS that may carry signalling cannot be read. TLS that nothing ties to SIP is
// taken as web traffic and not told.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "correlate/findings/shared/support.h"
#include "correlate/findings/shared/tls_signalling.h"
#include "decode/tls/names.h"
#include "decode/tls/words.h"

namespace sipladder::cap_encrypted {
namespace {

extern const Detector detector;

std::set<IpAddress> hosts_of_sip(const Model& model) {
  std::set<EndpointId> ends;
  for (const MessageId id : model.messages.ids()) {
    ends.insert(model.messages[id].src);
    ends.insert(model.messages[id].dst);
  }
  std::set<IpAddress> hosts;
  for (const EndpointId end : ends) hosts.insert(model.endpoints[end].ip);
  return hosts;
}

// The connection hides nothing: it was decrypted, or it ended before any application data.
bool is_read(const TlsConnection& flow) {
  const bool refused = flow.alert && flow.alert->fatal;
  const bool ended = flow.encrypted == 0 && flow.closed_ns != 0;
  return flow.decrypted() || (flow.done_ns == 0 && (refused || ended));
}

std::vector<const TlsConnection*> flows_of_signalling(CaptureContext& context) {
  const std::vector<TlsConnection>& flows = context.model.tls;
  std::vector<const TlsConnection*> found;
  const auto tells = [](const TlsConnection& flow) {
    return is_read(flow) || shows_signalling(flow);
  };
  if (std::all_of(flows.begin(), flows.end(), tells)) {
    for (const TlsConnection& flow : flows)
      if (!is_read(flow)) found.push_back(&flow);
    return found;
  }
  const TlsNames names(context);
  const std::set<IpAddress> hosts = hosts_of_sip(context.model);
  for (const TlsConnection& flow : flows) {
    const bool at_sip_host = hosts.contains(flow.server.ip) && !is_web_port(flow.server.port);
    if (is_read(flow)) continue;
    if (shows_signalling(flow) || at_sip_host || names.has(flow)) found.push_back(&flow);
  }
  return found;
}

// "the traffic secrets of client random 5f3c... (key_needed in the table tls)"; empty when it is
// not known what would open the connection.
std::string key_text(const TlsConnection& flow) {
  constexpr size_t kShownDigits = 16;
  const std::string needed = key_needed_text(flow);
  if (needed.starts_with('#'))
    return "its keys, and a line \"" + needed + " CLIENT_RANDOM\" beside them (docs/tls.md)";
  if (needed.size() < 64) return {};
  const std::string digits = needed.substr(needed.size() - 64, kShownDigits);
  const bool secrets = flow.version >= kTls13;
  return fmt::format("the {} of client random {}... (key_needed in the table tls)",
                     secrets ? "traffic secrets" : "CLIENT_RANDOM line", digits);
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  constexpr size_t kShown = 3;
  const std::vector<const TlsConnection*> flows = flows_of_signalling(context);
  if (flows.empty()) return;
  Finding finding = finding_of(detector);
  uint64_t packets = 0;
  for (const TlsConnection* flow : flows) {
    packets += flow->packets;
    if (finding.evidence.size() < kShownFrames) finding.evidence.push_back(flow->first_frame);
  }
  const std::string between = list_text(flows, kShown, [](const TlsConnection* flow) {
    return to_string(flow->client) + " to " + to_string(flow->server);
  });
  finding.summary =
      fmt::format("{} {} TLS, from {}: signalling in {} cannot be read", counted(packets, "packet"),
                  packets == 1 ? "is" : "are", between, packets == 1 ? "it" : "them");
  const std::string key = key_text(*flows.front());
  finding.explanation = "Calls whose signalling is encrypted are not listed." +
                        (key.empty() ? "" : " What would open the first: " + key + ".");
  finding.remedy =
      "Read it with --keylog FILE, the session keys that one end logs: Kamailio by keylog_file of "
      "its tls module, SIPp by SSLKEYLOGFILE, baresip when libre is built with TRACE_SSL; "
      "OpenSIPS, "
      "FreeSWITCH and Asterisk with a library preloaded that logs those of OpenSSL (docs/tls.md). "
      "Or capture behind the TLS end point.";
  finding.rfc = "RFC 8446 5.2";
  report(out, std::move(finding));
}

const Detector detector("cap-encrypted", Severity::info,
                        "TLS that can be signalling passes here and cannot be read", check);

}  // namespace
}  // namespace sipladder::cap_encrypted
