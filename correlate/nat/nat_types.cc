#include "correlate/nat/nat_types.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>

#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr int64_t kAnswerTimeNs = kSecondNs;  // a server that has not answered by then does not
constexpr int64_t kGivenUpNs = 3 * kSecondNs / 10;  // a client that sends another test has given up
constexpr int64_t kOneTestNs = 60 * kSecondNs;      // a mapping may have expired after such a time

using Probes = std::vector<const StunProbe*>;

// A TTL with which operating systems send: no router has forwarded the packet.
bool is_initial_ttl(uint8_t ttl) {
  return ttl == 64 || ttl == 128 || ttl == 255;
}

// The answer reached the client: the client did not repeat the request.
bool is_answered(const StunProbe& probe) {
  return probe.answer_ns != 0 && probe.asked_after_answer == 0 && probe.mapped.ip.family != 0 &&
         scope_of(probe.mapped.ip) != AddressScope::unspecified;
}

// The probe got no answer in time, or the client gave up and sent another one.
bool is_refused(const Model& model, const Probes& probes, const StunProbe& probe) {
  if (is_answered(probe)) return false;
  if (model.coverage.until(probe.point, probe.last_ns) - probe.last_ns >= kAnswerTimeNs)
    return true;
  return std::any_of(probes.begin(), probes.end(), [&](const StunProbe* other) {
    return other->first_ns - probe.last_ns >= kGivenUpNs;
  });
}

bool is_filter_test(const StunProbe& probe) {
  return probe.change_ip || probe.change_port;
}

// The server answered from another address or port, as the client had asked.
bool comes_from_elsewhere(const StunProbe& probe) {
  return probe.change_ip ? probe.answered_from.ip != probe.server.ip
                         : probe.answered_from.ip == probe.server.ip &&
                               probe.answered_from.port != probe.server.port;
}

bool sent_to_before(const Probes& probes, const IpAddress& ip, int64_t before_ns) {
  return std::any_of(probes.begin(), probes.end(), [&](const StunProbe* probe) {
    return probe->server.ip == ip && probe->first_ns < before_ns;
  });
}

// Compares the mappings that servers saw (RFC 4787 4.1). When only mappings towards two addresses
// are known and they differ, the rule can depend on the address alone or on address and port. Two
// ports of one address tell which.
struct Mappings {
  bool ports_alike = false, ports_differ = false;          // two ports of one server
  bool addresses_alike = false, addresses_differ = false;  // two servers

  void add(const StunProbe& a, const StunProbe& b) {
    const bool alike = a.mapped == b.mapped;
    if (a.server.ip == b.server.ip) {
      (alike ? ports_alike : ports_differ) = true;
    } else {
      (alike ? addresses_alike : addresses_differ) = true;
    }
  }
  NatRule rule() const {
    if (ports_differ) return NatRule::address_and_port;
    if (addresses_differ) return ports_alike ? NatRule::address_dependent : NatRule::dependent;
    return addresses_alike ? NatRule::endpoint_independent : NatRule::none;
  }
};

NatRule mapping_of(const Probes& probes) {
  Mappings mappings;
  for (const StunProbe* a : probes) {
    for (const StunProbe* b : probes) {
      const bool together = b->first_ns - a->first_ns <= kOneTestNs && a->first_ns <= b->first_ns;
      if (a->server != b->server && together) mappings.add(*a, *b);
    }
  }
  return mappings.rule();
}

// What the filter tests of one socket show. They count only when the server has another address to
// answer from.
NatRule filtering_of(const Model& model, const Probes& probes, const Probes& answered,
                     EndpointNat* endpoint) {
  const bool knows_other = std::any_of(answered.begin(), answered.end(),
                                       [](const StunProbe* p) { return p->other.ip.family != 0; });
  if (!knows_other) return NatRule::none;
  bool port_refused = false, ip_refused = false, port_passed = false;
  for (const StunProbe* probe : probes) {
    if (!is_filter_test(*probe)) continue;
    endpoint->type_frames.push_back(probe->frame);
    if (is_answered(*probe) && comes_from_elsewhere(*probe)) {
      if (!probe->change_ip) port_passed = true;
      if (probe->change_ip && !sent_to_before(probes, probe->answered_from.ip, probe->first_ns))
        return NatRule::endpoint_independent;
    } else if (is_refused(model, probes, *probe)) {
      (probe->change_ip ? ip_refused : port_refused) = true;
    }
  }
  if (port_passed && ip_refused) return NatRule::address_dependent;
  return port_refused && ip_refused ? NatRule::address_and_port : NatRule::none;
}

NatType type_of(NatRule mapping, NatRule filtering) {
  if (is_dependent(mapping)) return NatType::symmetric;
  if (filtering == NatRule::endpoint_independent) return NatType::full_cone;
  if (mapping != NatRule::endpoint_independent) return NatType::none;
  return filtering == NatRule::address_dependent  ? NatType::restricted_cone
         : filtering == NatRule::address_and_port ? NatType::port_restricted_cone
                                                  : NatType::none;
}

// `probes` are of one socket at one point, in the order of time.
void learn_from_socket(const Model& model, const Probes& probes, EndpointNat* endpoint) {
  constexpr size_t kMostCompared = 64;
  Probes answered;
  for (const StunProbe* probe : probes) {
    if (is_answered(*probe) && answered.size() < kMostCompared) answered.push_back(probe);
  }
  if (answered.empty()) return;
  const StunProbe& first = *answered.front();
  const NatRule mapping = mapping_of(answered);
  const NatRule filtering = filtering_of(model, probes, answered, endpoint);
  if (first.mapped == first.client) {
    // The mapping is the source that is seen here. That is so for a client without a NAT, and for
    // any client behind one when the capture point is outside. Only a packet that no router has
    // forwarded was sent by the client itself. A NAT that SIP has proven stays proven.
    if (endpoint->behind == true || filtering != NatRule::endpoint_independent) return;
    if (!is_initial_ttl(first.ttl)) return;
    endpoint->set_not_behind();
    endpoint->type = NatType::open;
  } else {
    endpoint->set_behind(first.client.ip, first.mapped);
    endpoint->type = type_of(mapping, filtering);
  }
  endpoint->mapping = mapping;
  endpoint->filtering = filtering;
  for (const StunProbe* probe : answered) {
    endpoint->type_frames.push_back(probe->frame);
    endpoint->type_frames.push_back(probe->answer_frame);
  }
}

// A request that was captured before and after a NAT: the same transaction id comes again within a
// second from another address.
void learn_from_copies(const Model& model, EndpointNats* endpoints,
                       absl::flat_hash_set<Endpoint, EndpointHash>* translated) {
  absl::flat_hash_map<uint64_t, const StunProbe*> first;
  for (const StunProbe& probe : model.stun_probes) {
    const auto [place, is_new] = first.try_emplace(probe.transaction, &probe);
    const StunProbe& before = *place->second;
    if (is_new || before.client.ip == probe.client.ip || before.server != probe.server ||
        probe.first_ns - before.first_ns > kSecondNs)
      continue;
    translated->insert(probe.client);
    (*endpoints)[probe.client].set_behind(before.client.ip, probe.client);
    (*endpoints)[before.client].set_behind(before.client.ip, probe.client);
  }
}

}  // namespace

void learn_from_stun(const Model& model, EndpointNats* endpoints) {
  constexpr size_t kMostProbes = 512;  // of one socket
  absl::flat_hash_set<Endpoint, EndpointHash> translated;
  learn_from_copies(model, endpoints, &translated);
  absl::flat_hash_map<Endpoint, Probes, EndpointHash> by_socket;
  for (const StunProbe& probe : model.stun_probes) {
    // This address is the public side of a NAT, and no client with tests of its own.
    if (translated.contains(probe.client)) continue;
    Probes& probes = by_socket[probe.client];
    const bool same_point = probes.empty() || probes.front()->point == probe.point;
    if (same_point && probes.size() < kMostProbes) probes.push_back(&probe);
  }
  for (const auto& [client, probes] : by_socket) {
    learn_from_socket(model, probes, &(*endpoints)[client]);
  }
}

}  // namespace sipladder
