#include "correlate/nat/via_hop.h"

#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr int64_t kCrossingNs = kSecondNs / 2;  // T1: an earlier repeat may have crossed the answer
constexpr uint32_t kMaxCopies = 128;            // messages of a transaction that are looked at

uint16_t default_port(Transport transport) {
  return transport == Transport::tls || transport == Transport::wss ? 5061 : 5060;
}

void note_via(const Via& via, Transport transport, ViaHop* hop) {
  hop->sent_by = std::string(via.host);
  hop->sent_by_ip = parse_ip(via.host);
  hop->sent_by_port = via.port.value_or(default_port(transport));
  hop->asks_rport = via.has_rport;
  hop->maddr = parse_ip(via.maddr);
}

// Takes what the server added to the Via.
void note_server(const Via& via, ViaHop* hop) {
  hop->told = true;
  hop->has_received = hop->has_received || !via.received.empty();
  if (!hop->received) hop->received = parse_ip(via.received);
  if (!hop->rport) hop->rport = via.rport;
  hop->lost_rport = hop->asks_rport && !via.has_rport;
}

// The host of a Record-Route or Contact; nullopt when it is no address.
std::optional<IpAddress> named_host(std::string_view value) {
  return parse_ip(parse_uri(parse_name_addr(value).uri).host);
}

void note_routes(const Model& model, MessageView& view, const TransactionRecord& txn, ViaHop* hop) {
  if (txn.method != Method::invite || txn.in_dialog || !txn.succeeded() ||
      !view.load_routing(model.messages[txn.final_response]))
    return;
  const auto routes = header_values(view.sip(), HeaderId::record_route);
  if (routes.empty() || header_values(view.sip(), HeaderId::via).size() != 1) return;
  hop->answer_route = named_host(routes.back());
  hop->routed_answer = txn.final_response;
}

// Messages of the transaction, oldest first.
std::vector<MessageId> messages_of(const Model& model, const TransactionRecord& txn) {
  std::vector<MessageId> messages;
  for (MessageId id = txn.last_message; id && messages.size() < kMaxCopies;
       id = model.messages[id].previous_in_txn)
    messages.push_back(id);
  return {messages.rbegin(), messages.rend()};
}

bool is_same_answer(const Model& model, MessageId first, const MessageRecord& other) {
  return model.messages[first].status == other.status &&
         other.time_ns - model.messages[first].time_ns < kCrossingNs;
}

void note_answers(const Model& model, const TransactionRecord& txn, ViaHop* hop) {
  int64_t answered_ns = 0, stray_ns = 0;
  MessageId arrived;  // the newest answer that went to the source
  for (const MessageId id : messages_of(model, txn)) {
    const MessageRecord& message = model.messages[id];
    if (message.duplicate) continue;
    if (message.is_request()) {
      if (message.method != txn.method) continue;  // the ACK of an INVITE that failed
      const auto late = [&](int64_t since_ns) {
        return since_ns != 0 && message.time_ns - since_ns >= kCrossingNs * 9 / 10;
      };
      hop->repeats += late(answered_ns) ? 1 : 0;
      hop->repeats_after_stray += late(stray_ns) ? 1 : 0;
      continue;
    }
    hop->answers++;
    if (answered_ns == 0) {
      answered_ns = message.time_ns;
      hop->answer = id;
      hop->answered_from = model.endpoints[message.src];
      hop->answered_to = model.endpoints[message.dst];
    }
    // Behind the NAT that translated its destination, an answer is seen once more.
    if (message.dst == txn.src) {
      arrived = id;
    } else if (arrived && is_same_answer(model, arrived, message)) {
      continue;
    }
    if (stray_ns == 0 && message.dst != txn.src) {
      stray_ns = message.time_ns;
      hop->stray = id;
      hop->answered_from = model.endpoints[message.src];
      hop->answered_to = model.endpoints[message.dst];
    } else if (hop->stray && message.dst == txn.src && is_same_answer(model, hop->stray, message)) {
      // The stray was this answer, seen before a NAT translated its destination.
      stray_ns = 0;
      hop->stray = MessageId{};
      hop->repeats_after_stray = 0;
      hop->answered_from = model.endpoints[message.src];
      hop->answered_to = model.endpoints[message.dst];
    }
  }
}

// Reads the client's Via as it came back in the answer, below any Via that was left above it.
void note_answer(const SipIndex& answer, const std::string& branch, ViaHop* hop) {
  const auto vias = header_values(answer, HeaderId::via);
  if (vias.empty()) return;
  Via returned = parse_via(vias.front());
  if (vias.size() > hop->vias) {
    const Via own = parse_via(vias[vias.size() - hop->vias]);
    // When a host sends to itself, the answer can have one more Via, which is its own too.
    const bool to_itself = hop->source.ip == hop->server.ip;
    if (own.valid && own.branch == branch && returned.branch != branch && !to_itself) {
      hop->foreign_via = std::string(returned.host);
      returned = own;
    }
  }
  note_server(returned, hop);
  hop->via_changed = returned.host != hop->sent_by;
}

}  // namespace

std::optional<ViaHop> via_hop_of(const Model& model, MessageView& view, TransactionId id,
                                 TransactionId sent_on) {
  const TransactionRecord& txn = model.transactions[id];
  const auto is_known = [](const IpAddress& ip) { return ip.family == 4 || ip.family == 6; };
  if (!is_known(model.endpoints[txn.src].ip))
    return std::nullopt;  // of a log that has no addresses
  if (!txn.request || !view.load_routing(model.messages[txn.request])) return std::nullopt;
  const auto vias = header_values(view.sip(), HeaderId::via);
  if (vias.empty()) return std::nullopt;
  const Via via = parse_via(vias.front());
  if (!via.valid) return std::nullopt;
  ViaHop hop;
  hop.txn = id;
  hop.request = txn.request;
  hop.source = model.endpoints[txn.src];
  hop.server = model.endpoints[txn.dst];
  hop.reliable = txn.transport != Transport::udp;
  hop.is_ack = txn.method == Method::ack;
  hop.vias = static_cast<uint32_t>(vias.size());
  note_via(via, txn.transport, &hop);
  const std::string branch(via.branch);
  // When the source was inferred from this Via (a log without addresses), it proves nothing: a
  // browser writes any address into its Via (192.0.2.x).
  const bool is_as_via = hop.sent_by_ip == hop.source.ip && hop.sent_by_port == hop.source.port;
  if (model.messages[txn.request].inferred && is_as_via) return std::nullopt;
  const auto routes = header_values(view.sip(), HeaderId::record_route);
  if (!routes.empty() && !txn.in_dialog) hop.request_route = named_host(routes.front());
  if (!hop.sent_by_ip && hop.vias == 1 && view.load(model.messages[txn.request]))
    hop.own_contact = named_host(view.sip().value(HeaderId::contact));
  note_answers(model, txn, &hop);
  if (hop.answer && view.load_routing(model.messages[hop.answer]))
    note_answer(view.sip(), branch, &hop);
  note_routes(model, view, txn, &hop);
  if (sent_on && model.transactions[sent_on].request &&
      view.load_routing(model.messages[model.transactions[sent_on].request])) {
    const auto forwarded = header_values(view.sip(), HeaderId::via);
    if (forwarded.size() == vias.size() + 1) note_server(parse_via(forwarded[1]), &hop);
  }
  return hop;
}

bool server_saw_source(const ViaHop& hop) {
  if (hop.received && *hop.received == hop.source.ip) return true;
  return scope_of(hop.source.ip) == AddressScope::public_ ||
         scope_of(hop.server.ip) != AddressScope::public_;
}

std::optional<IpAddress> received_due(const ViaHop& hop) {
  const bool due = !hop.sent_by_ip || hop.host_differs();
  return due && server_saw_source(hop) ? std::optional(hop.source.ip) : std::nullopt;
}

std::optional<Endpoint> response_due(const ViaHop& hop) {
  if (hop.reliable) return std::nullopt;
  if (hop.maddr) return Endpoint{*hop.maddr, hop.sent_by_port};
  if (hop.asks_rport) return hop.source;
  return Endpoint{hop.source.ip, hop.sent_by_port};
}

std::optional<Endpoint> response_due_here(const ViaHop& hop) {
  const bool on_connection = !hop.is_answered() || hop.answered_to == hop.source;
  if (hop.reliable && on_connection) return hop.source;
  if (!hop.reliable && (hop.asks_rport || hop.maddr)) return response_due(hop);
  if (!server_saw_source(hop)) return std::nullopt;  // a NAT has another port for it, or none
  return Endpoint{hop.source.ip, hop.sent_by_port};
}

}  // namespace sipladder
