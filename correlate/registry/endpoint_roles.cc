#include "correlate/registry/endpoint_roles.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>

namespace sipladder {
namespace {

constexpr size_t kMaxCompared = 64;  // transactions of one call that are compared

std::string key_of(const IpAddress& ip) {
  return {reinterpret_cast<const char*>(ip.bytes.data()), ip.bytes.size()};
}

}  // namespace

std::string_view to_string(Role role) {
  static constexpr std::string_view kNames[] = {"", "ua", "proxy", "registrar", "b2bua", "media"};
  return kNames[static_cast<size_t>(role)];
}

void EndpointRoles::update() {
  if (epoch_ == model_.evicted.epoch && seen_messages_ == model_.messages.size() &&
      seen_endpoints_ == model_.endpoints.size()) {
    return;
  }
  epoch_ = model_.evicted.epoch;
  seen_messages_ = model_.messages.size();
  seen_endpoints_ = model_.endpoints.size();
  facts_.reset(model_.endpoints);
  by_ip_.clear();
  count_messages();
  mark_hops();
  mark_legs();
  mark_same_call_legs();
  mark_media();
  for (const EndpointId id : model_.endpoints.ids()) {
    EndpointFacts& facts = facts_[id];
    read_own(id);
    facts.passes_on = facts.passes_on || routes_itself(id);
    const auto found = by_ip_.find(key_of(model_.endpoints[id].ip));
    if (found != by_ip_.end() &&
        (facts.messages_in + facts.messages_out > 0 || found->second == Role::media)) {
      facts.role = found->second;
    } else if (facts.messages_in + facts.messages_out > 0) {
      facts.role = facts.passes_on ? Role::proxy : Role::ua;
    } else {
      facts.role = Role::media;
    }
  }
}

void EndpointRoles::count_messages() {
  for (const MessageId id : model_.messages.ids()) {
    const MessageRecord& message = model_.messages[id];
    EndpointFacts& from = facts_[message.src];
    from.messages_out++;
    from.transport = message.transport;
    facts_[message.dst].messages_in++;
    facts_[message.dst].transport = message.transport;
    if (!from.agent_message || (!from.wrote && message.is_request())) {
      from.agent_message = id;
      from.wrote = message.is_request();
    }
    if (!from.answer && message.method == Method::invite && message.status / 100 == 2)
      from.answer = id;
  }
}

// Reads the first request of the endpoint: with more than one Via, it passed the request on.
void EndpointRoles::read_own(EndpointId id) {
  EndpointFacts& facts = facts_[id];
  if (!facts.wrote || !view_.load(model_.messages[facts.agent_message])) return;
  const auto vias = header_values(view_.sip(), HeaderId::via);
  if (vias.size() != 1) {
    facts.wrote = false;
    facts.passes_on = vias.size() > 1;
  }
}

// The endpoint names itself in the Record-Route of what it sends, as a proxy does (RFC 3261 16.6).
// This tells a proxy of which only one side was captured.
bool EndpointRoles::routes_itself(EndpointId id) {
  const EndpointFacts& facts = facts_[id];
  if (!facts.answer || !view_.load(model_.messages[facts.answer])) return false;
  const auto routes = header_values(view_.sip(), HeaderId::record_route);
  return std::any_of(routes.begin(), routes.end(), [&](std::string_view route) {
    return parse_ip(parse_uri(parse_name_addr(route).uri).host) == model_.endpoints[id].ip;
  });
}

void EndpointRoles::mark(const IpAddress& ip, Role role) {
  by_ip_[key_of(ip)] = role;
}

// A proxy passes the request on under its own Via; a registrar answers REGISTERs itself.
void EndpointRoles::mark_hops() {
  absl::flat_hash_set<uint32_t> forwarded;
  for (const TransactionId id : model_.transactions.ids()) {
    const TransactionRecord& txn = model_.transactions[id];
    if (txn.request_path) forwarded.insert(txn.request_path.value);
  }
  for (const TransactionId id : model_.transactions.ids()) {
    const TransactionRecord& txn = model_.transactions[id];
    const IpAddress& server = model_.endpoints[txn.dst].ip;
    if (txn.method == Method::register_ && txn.succeeded() && !forwarded.contains(id.value)) {
      if (!by_ip_.contains(key_of(server))) mark(server, Role::registrar);
    }
    if (!txn.request_path) continue;
    const TransactionRecord& before = model_.transactions[txn.request_path];
    if (model_.endpoints[before.dst].ip == model_.endpoints[txn.src].ip) {
      mark(model_.endpoints[txn.src].ip, Role::proxy);
    }
  }
}

void EndpointRoles::mark_legs() {
  if (!some_host_is_between_calls(model_)) return;
  legs_.update();
  for (const CallId id : model_.calls.ids()) {
    const CallId session = legs_.session_of(id);
    if (session == id || model_.calls[id].kind != CallKind::call) continue;
    if (legs_.reason_of(id) == JoinReason::refer) continue;  // a phone that was transferred
    const MessageRecord& a = model_.messages[model_.calls[session].first_message];
    const MessageRecord& b = model_.messages[model_.calls[id].first_message];
    if (model_.endpoints[a.dst].ip == model_.endpoints[b.src].ip) {
      mark(model_.endpoints[b.src].ip, Role::b2bua);
    }
  }
}

// The client wrote the request, and does not pass it on: a proxy adds its Via to those of others
// (RFC 3261 16.6). A proxy that removes the others (topology hiding that keeps the Call-ID) counts
// as the B2BUA that it pretends to be.
bool EndpointRoles::is_own_request(const TransactionRecord& txn) {
  if (txn.request_path || txn.next_same_branch) return false;
  const MessageRecord& request = model_.messages[txn.request];
  return !request.truncated && view_.load(request) &&
         header_values(view_.sip(), HeaderId::via).size() == 1;
}

// Both sides of a B2BUA can have one Call-ID: the B2BUA receives an initial request, and then sends
// one of its own. A host that had sent such a request before (a fork to its own address) is a user
// agent.
void EndpointRoles::mark_same_call_legs() {
  for (const CallId id : model_.calls.ids()) {
    std::vector<IpAddress> clients, servers;
    const auto has = [](const std::vector<IpAddress>& hosts, const IpAddress& host) {
      return std::find(hosts.begin(), hosts.end(), host) != hosts.end();
    };
    Method method = Method::unknown;  // of the first request
    for (TransactionId t = model_.calls[id].first_txn; t && servers.size() < kMaxCompared;
         t = model_.transactions[t].next_in_call) {
      const TransactionRecord& txn = model_.transactions[t];
      if (!txn.request || txn.in_dialog) continue;
      if (method == Method::unknown) method = txn.method;
      if (txn.method != method) continue;
      const IpAddress& client = model_.endpoints[txn.src].ip;
      const IpAddress& server = model_.endpoints[txn.dst].ip;
      const bool got_one = has(servers, client) && !has(clients, client);
      if (got_one && is_own_request(txn)) {
        mark(client, Role::b2bua);
      } else {
        clients.push_back(client);
      }
      servers.push_back(server);
    }
  }
}

// Marks hosts that send or receive RTP, and no SIP.
void EndpointRoles::mark_media() {
  absl::flat_hash_set<std::string> signals;
  for (const EndpointId id : model_.endpoints.ids()) {
    const EndpointFacts& facts = facts_[id];
    if (facts.messages_in + facts.messages_out > 0) signals.insert(key_of(model_.endpoints[id].ip));
  }
  for (const StreamId id : model_.streams.ids()) {
    const StreamRecord& stream = model_.streams[id];
    if (!is_rtp_by_progress(stream)) continue;
    for (const EndpointId end : {stream.src, stream.dst}) {
      const std::string ip = key_of(model_.endpoints[end].ip);
      if (!signals.contains(ip)) by_ip_[ip] = Role::media;
    }
  }
}

}  // namespace sipladder
