#include "correlate/rtp/nat_traffic.h"

#include "decode/media.h"

namespace sipladder {
namespace {

uint64_t probe_key(const StunMessage& stun, const Endpoint& client) {
  return mix(hash_text(stun.transaction), hash_endpoint(client));
}

KeepaliveKind kind_of(std::string_view payload) {
  if (payload.empty()) return KeepaliveKind::empty;
  if (payload == "\r\n\r\n") return KeepaliveKind::double_crlf;
  return KeepaliveKind::crlf;
}

}  // namespace

void NatTraffic::add_question(const Datagram& datagram, const StunMessage& stun, uint64_t key) {
  const auto known = probes_.find(key);
  if (known != probes_.end()) {
    StunProbe& probe = model_.stun_probes[known->second];
    probe.last_ns = datagram.time_ns;
    if (probe.answer_ns != 0) probe.asked_after_answer++;
    return;
  }
  if (model_.stun_probes.size() >= kMaxProbes) return;
  probes_[key] = static_cast<uint32_t>(model_.stun_probes.size());
  StunProbe probe;
  probe.transaction = hash_text(stun.transaction);
  probe.client = datagram.src;
  probe.server = datagram.dst;
  probe.first_ns = probe.last_ns = datagram.time_ns;
  probe.frame = datagram.frame;
  probe.point = datagram.point;
  probe.ttl = datagram.ttl;
  probe.change_ip = stun.change_ip;
  probe.change_port = stun.change_port;
  model_.stun_probes.push_back(probe);
  endpoints_.id_of(datagram.src);
  endpoints_.id_of(datagram.dst);
}

void NatTraffic::add_stun(const Datagram& datagram) {
  StunMessage stun;
  if (!parse_stun(datagram.payload, &stun)) return;
  if (stun.is_probe()) {
    add_question(datagram, stun, probe_key(stun, datagram.src));
    keep(datagram, KeepaliveKind::stun);
  } else if (stun.is_indication()) {
    keep(datagram, KeepaliveKind::stun);
  } else if (stun.is_success()) {
    const auto known = probes_.find(probe_key(stun, datagram.dst));
    if (known == probes_.end()) return;
    StunProbe& probe = model_.stun_probes[known->second];
    if (probe.answer_ns != 0) return;
    probe.answer_ns = datagram.time_ns;
    probe.answer_frame = datagram.frame;
    probe.answered_from = datagram.src;
    probe.mapped = stun.mapped.value_or(Endpoint{});
    probe.other = stun.other.value_or(Endpoint{});
  }
}

void NatTraffic::add_keepalive(const Datagram& datagram) {
  keep(datagram, kind_of(datagram.payload));
}

void NatTraffic::keep(const Datagram& datagram, KeepaliveKind kind) {
  if (model_.keepalives.size() >= kMaxKeepalives) return;
  model_.keepalives.push_back({datagram.time_ns, endpoints_.id_of(datagram.src),
                               endpoints_.id_of(datagram.dst), datagram.frame, kind});
}

}  // namespace sipladder
