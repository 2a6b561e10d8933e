#include "capture/hop_inference.h"

#include <algorithm>

namespace sipladder {
namespace {

bool is_host_name(const RawEndpoint& end) {
  return end.v6 && end.bytes[0] == kNamedHost;
}

bool is_one_host(const RawEndpoint& a, const RawEndpoint& b) {
  return a.known && b.known && a.v6 == b.v6 && a.bytes == b.bytes;
}

}  // namespace

std::string HopInference::key_of(const RawEndpoint& end) {
  std::string key(end.bytes.begin(), end.bytes.end());
  return key += end.v6 ? '6' : '4';
}

RawEndpoint HopInference::resolved(const RawEndpoint& end) const {
  const auto known = is_host_name(end) ? names_.find(key_of(end)) : names_.end();
  if (known == names_.end()) return end;
  RawEndpoint result = known->second;
  result.port = end.port;
  return result;
}

void HopInference::learn_own(const TraceMessage& message, const MessageHops& hops) {
  const TraceHead::Way way = message.head.way;
  if (way == TraceHead::Way::unknown || hops.vias.empty()) return;
  const RawEndpoint& via = hops.vias[0].sent_by;
  if (hops.is_request == (way == TraceHead::Way::sent) && via.known) {
    const auto own =
        own_.size() < kMaxHosts ? own_.try_emplace(key_of(via)).first : own_.find(key_of(via));
    if (own == own_.end()) {
      forgotten_++;
    } else {
      own->second.end = via;
      const size_t count = ++own->second.count;
      const size_t most = most_ == own_.end() ? 0 : most_->second.count;
      if (count > most || (count == most && own->first < most_->first)) most_ = own;
    }
  }
  if (!hops.is_request && way == TraceHead::Way::sent && hops.contact.known)
    own_contact_ = hops.contact;
}

// The newest address of a name counts where `newest`, else the first one.
void HopInference::learn_name(const RawEndpoint& name, const RawEndpoint& address, bool newest) {
  const auto known = names_.find(key_of(name));
  if (known != names_.end()) {
    if (newest) known->second = address;
  } else if (names_.size() < kMaxHosts) {
    names_.emplace(key_of(name), address);
  } else {
    forgotten_++;
  }
}

void HopInference::learn(const TraceMessage& message) {
  const MessageHops hops = hops_of(message.bytes);
  if (hops.vias.empty()) return;
  if (hops_.size() > kMaxHops) {
    forgotten_ += hops_.size();
    hops_.clear();
  }
  learn_own(message, hops);
  for (const MessageHops::Via& via : hops.vias) {
    if (is_host_name(via.sent_by) && via.seen.known && !is_host_name(via.seen))
      learn_name(via.sent_by, via.seen, true);
  }
  const MessageHops::Via& top = hops.vias[0];
  Hop& hop = hops_[top.key];
  hop.client.tell(top.sent_by, Proof::uri);
  hop.client.tell(top.seen, Proof::route);
  const TraceHead& head = message.head;
  hop.client.tell(hops.is_request ? head.src : head.dst, Proof::log);
  hop.server.tell(hops.is_request ? head.dst : head.src, Proof::log);
  if (hops.is_request) {
    hop.server.tell(hops.uri, is_host_name(hops.uri) ? Proof::domain : Proof::uri);
    hop.server.tell(hops.route, Proof::route);
  } else if (hops.invites && hops.status < 300) {
    hop.server.tell(hops.contact, Proof::contact);
    // No Record-Route and one Via: no proxy seems to be between, and the host of the Request-URI
    // answers itself.
    const bool direct = !hops.record_routed && hops.vias.size() == 1;
    if (direct && hop.server.proof == Proof::domain && hops.contact.known &&
        !is_host_name(hops.contact))
      learn_name(hop.server.address, hops.contact, false);
  }
  if (hops.vias.size() < 2) return;
  // The host that put a Via on top received the request there from the host of the Via below.
  Hop& before = hops_[hops.vias[1].key];
  before.server.tell(top.seen.known ? top.seen : top.sent_by, Proof::next_hop);
  if (before.client.proof == Proof::none) before.client.tell(hops.vias[1].sent_by, Proof::uri);
  before.client.tell(hops.vias[1].seen, Proof::route);
}

// The address of the host that wrote the log: the Via of its own request, else the Request-URI if
// that is known to be its own, else the sent-by that its requests have most often.
RawEndpoint HopInference::own_side(const TraceMessage& message, const MessageHops& hops) const {
  const bool own_request = hops.is_request == (message.head.way == TraceHead::Way::sent);
  if (own_request && !hops.vias.empty()) return hops.vias[0].sent_by;
  if (hops.is_request && is_own(hops.uri)) return hops.uri;
  return most_ != own_.end() ? most_->second.end : own_contact_;
}

void HopInference::fill(TraceMessage* message) const {
  TraceHead& head = message->head;
  if (head.src.known && head.dst.known) return;
  const MessageHops hops = hops_of(message->bytes);
  const auto found = hops.vias.empty() ? hops_.end() : hops_.find(hops.vias[0].key);
  RawEndpoint client, server;
  if (found != hops_.end()) {
    client = resolved(found->second.client.address);
    server = resolved(found->second.server.address);
  }
  RawEndpoint src = hops.is_request ? client : server;
  RawEndpoint dst = hops.is_request ? server : client;
  if (head.way != TraceHead::Way::unknown) {
    RawEndpoint& own = head.way == TraceHead::Way::sent ? src : dst;
    const RawEndpoint said = own_side(*message, hops);
    if (said.known) own = resolved(said);
  }
  // Nobody sends to itself: then the other side is not known.
  if (is_one_host(src, dst) && src.port == dst.port)
    (head.way == TraceHead::Way::received ? src : dst) = {};
  if (!head.src.known && src.known) {
    head.src = src;
    message->inferred = true;
  }
  if (!head.dst.known && dst.known) {
    head.dst = dst;
    message->inferred = true;
  }
  if (head.src == head.dst && head.src.known && head.way == TraceHead::Way::received) head.dst = {};
}

}  // namespace sipladder
