// cap-encrypted: signalling may be hidden in it. TLS that nothing ties to SIP is web traffic, and
// nothing is said of it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder::cap_encrypted {
namespace {

extern const Detector detector;

constexpr uint16_t kSips = 5061;  // RFC 3261 19.1.2

bool is_web_port(uint16_t port) {
  return port == 443 || port == 8443;
}

// What SIP in the clear says that it reaches over TLS or WSS: of the first request of some calls.
class TlsNames {
 public:
  explicit TlsNames(CaptureContext& context) {
    constexpr int kMaxCalls = 500;
    int looked_at = 0;
    for (const CallId id : context.model.calls.ids()) {
      if (looked_at++ == kMaxCalls) return;
      const MessageId first = context.model.calls[id].first_request;
      if (first && context.view.load(context.model.messages[first])) read(context.view.sip());
    }
  }

  bool has(const TlsConnection& flow) const {
    const auto named = [&](const std::string& host) {
      return hosts_.contains({host, flow.server.port}) ||
             (!is_web_port(flow.server.port) && hosts_.contains({host, 0}));
    };
    return named(to_string(flow.server.ip)) || named(lower(flow.server_name)) ||
           ports_.contains(flow.server.port);
  }

 private:
  static std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return sipladder::lower(c); });
    return result;
  }

  static bool is_secure(std::string_view transport) {
    return equal_no_case(transport, "tls") || equal_no_case(transport, "wss");
  }

  void add(std::string_view host, std::optional<uint16_t> port) {
    hosts_.insert({lower(host), port.value_or(0)});
    if (port) ports_.insert(*port);
  }

  void add_uri(std::string_view text) {
    const SipUri uri = parse_uri(text);
    if (!uri.valid) return;
    const auto transport = param(uri.params, "transport").value_or("");
    if (equal_no_case(uri.scheme, "sips") || is_secure(transport)) add(uri.host, uri.port);
  }

  void read(const SipIndex& sip) {
    add_uri(sip.request_uri);
    for (const std::string_view value : header_values(sip, HeaderId::via)) {
      const Via via = parse_via(value);
      if (via.valid && is_secure(via.transport)) add(via.host, via.port);
    }
    for (const HeaderId header : {HeaderId::contact, HeaderId::record_route, HeaderId::route}) {
      for (const std::string_view value : header_values(sip, header))
        add_uri(parse_name_addr(value).uri);
    }
  }

  std::set<std::pair<std::string, uint16_t>> hosts_;  // port 0: none is named
  std::set<uint16_t> ports_;
};

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

bool shows_by_itself(const TlsConnection& flow) {
  return flow.offers_sip() || flow.server.port == kSips || flow.client.port == kSips;
}

// Nothing of it is hidden.
bool is_read(const TlsConnection& flow) {
  return flow.decrypted();
}

std::vector<const TlsConnection*> flows_of_signalling(CaptureContext& context) {
  const std::vector<TlsConnection>& flows = context.model.tls;
  std::vector<const TlsConnection*> found;
  const auto tells = [](const TlsConnection& flow) {
    return is_read(flow) || shows_by_itself(flow);
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
    if (shows_by_itself(flow) || at_sip_host || names.has(flow)) found.push_back(&flow);
  }
  return found;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  constexpr size_t kShown = 3;
  constexpr size_t kShownFrames = 10;
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
  finding.explanation = "Calls whose signalling is encrypted are not listed.";
  finding.remedy = "Capture behind the TLS end point, or keep the session keys (SSLKEYLOGFILE).";
  finding.rfc = "RFC 8446 5.2";
  report(out, std::move(finding));
}

const Detector detector("cap-encrypted", Severity::info,
                        "TLS that can be signalling passes here and cannot be read", check);

}  // namespace
}  // namespace sipladder::cap_encrypted
