// nat-hidden-clients: a box in front of a server gives all clients its own address.
#include <fmt/format.h>

#include <map>
#include <set>

#include "correlate/findings/nat/hop_findings.h"

namespace sipladder::nat_hidden_clients {
namespace {

extern const Detector detector;

constexpr size_t kManyClients = 5;

struct Server {
  std::set<IpAddress> sources;
  std::set<std::string> sent_by;
  bool any_proxy = false;  // the source adds a Via of its own, so it is a proxy and hides nobody
  std::vector<const ViaHop*> hops;
};

// All names are private addresses of one network: an ordinary office NAT, not a box before a
// server.
bool is_one_network(const std::set<std::string>& sent_by) {
  std::set<std::pair<uint8_t, uint8_t>> networks;
  for (const std::string& host : sent_by) {
    const auto ip = parse_ip(host);
    if (!ip || ip->family != 4 || !is_private_scope(scope_of(*ip))) return false;
    networks.insert({ip->bytes[0], ip->bytes[1]});
  }
  return networks.size() == 1;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::map<Endpoint, Server> servers;
  for (const ViaHop& hop : context.nat.hops()) {
    Server& server = servers[hop.server];
    server.sources.insert(hop.source.ip);
    // A request of the box itself (OPTIONS of a balancer) hides no client.
    const bool own = !hop.host_differs();
    server.any_proxy = server.any_proxy || (own && hop.vias > 1);
    if (own) continue;
    server.sent_by.insert(hop.sent_by);
    server.hops.push_back(&hop);
  }
  for (const auto& [end, server] : servers) {
    if (server.sources.size() != 1 || server.any_proxy || server.sent_by.size() < kManyClients ||
        !is_private_scope(scope_of(*server.sources.begin())) || is_one_network(server.sent_by))
      continue;
    const ViaHop& hop = *server.hops.front();
    Finding finding = finding_of(context, detector, {&hop, {&hop}, Severity::warning});
    finding.summary = fmt::format(
        "all requests reach {} from {}, although their Vias name {} "
        "clients ({}): a balancer or firewall hides them",
        to_string(end), to_string(*server.sources.begin()), server.sent_by.size(),
        list_text(server.sent_by, 3, [](auto& name) { return name; }));
    finding.explanation =
        "received and the source of a registration are the box's own address: "
        "answers, calls and limits per client cannot tell clients apart.";
    finding.remedy =
        "Let the box keep the source address (transparent mode, or direct server "
        "return), or let it add a Via and Path as a proxy does.";
    finding.rfc = "RFC 3261 18.2.1";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-hidden-clients", Severity::warning,
                        "all clients of a server come from one private address", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_hidden_clients
