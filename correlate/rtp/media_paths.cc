#include "correlate/rtp/media_paths.h"

#include <algorithm>

#include "decode/media.h"

namespace sipladder {

uint64_t hash_of_check(std::string_view username) {
  return hash_text(username);
}

IceCheckRecord* MediaPaths::newest_check(const Endpoint& src, const Endpoint& dst) {
  const auto found = checks_.find(pair_key(src, dst));
  return found == checks_.end() ? nullptr : &model_.ice_checks[found->second];
}

// Other user names on the same ports belong to the next call, or to an ICE restart.
IceCheckRecord* MediaPaths::check_of(const Datagram& datagram, uint64_t username) {
  IceCheckRecord* known = newest_check(datagram.src, datagram.dst);
  if (known != nullptr && known->username == username) return known;
  if (model_.ice_checks.size() >= kMaxPaths) return nullptr;
  checks_[pair_key(datagram.src, datagram.dst)] = static_cast<uint32_t>(model_.ice_checks.size());
  IceCheckRecord record;
  record.src = datagram.src;
  record.dst = datagram.dst;
  record.username = username;
  record.first_ns = datagram.time_ns;
  record.first_frame = datagram.frame;
  record.point = datagram.point;
  return &model_.ice_checks.emplace_back(record);
}

void MediaPaths::add_stun(const Datagram& datagram) {
  StunMessage stun;
  if (!parse_stun(datagram.payload, &stun)) return;
  if (stun.is_check()) {
    if (IceCheckRecord* check = check_of(datagram, hash_of_check(stun.username))) {
      check->requests++;
      check->last_ns = datagram.time_ns;
      check->last_frame = datagram.frame;
    }
  } else if (stun.is_success() || stun.is_error()) {
    IceCheckRecord* check = newest_check(datagram.dst, datagram.src);
    if (check == nullptr) return;
    if (stun.is_success()) {
      check->successes++;
    } else {
      check->error = stun.error;
      check->error_frame = datagram.frame;
    }
  } else if (stun.is_allocation()) {
    add_allocation(*stun.relayed, datagram.dst);
  }
}

void MediaPaths::add_allocation(const Endpoint& relayed, const Endpoint& client) {
  if (model_.turn_allocations.size() >= kMaxPaths) return;
  if (allocations_.insert(pair_key(relayed, client)).second)
    model_.turn_allocations.push_back({relayed, client});
}

void MediaPaths::add_fax(const Datagram& datagram) {
  const uint64_t key = pair_key(datagram.src, datagram.dst);
  if (model_.fax_until_ns.size() >= kMaxPaths && !model_.fax_until_ns.contains(key)) return;
  model_.fax_until_ns[key] = datagram.time_ns;
}

HandshakeRecord* MediaPaths::newest_handshake(const Endpoint& client, const Endpoint& server) {
  const auto found = handshakes_.find(pair_key(client, server));
  return found == handshakes_.end() ? nullptr : &model_.handshakes[found->second];
}

// When both ends want to be the client, there are two handshakes, one for each client.
HandshakeRecord* MediaPaths::handshake_of(const Datagram& datagram, const DtlsPacket& packet) {
  const bool by_server = packet.server_hello || packet.hello_verify;
  const Endpoint& client = by_server ? datagram.dst : datagram.src;
  const Endpoint& server = by_server ? datagram.src : datagram.dst;
  const uint64_t random = packet.random.empty() ? 0 : hash_text(packet.random);
  HandshakeRecord* known = newest_handshake(client, server);
  if (!packet.client_hello && !by_server) {
    HandshakeRecord* turned = newest_handshake(server, client);
    if (known == nullptr || (turned != nullptr && turned->last_ns > known->last_ns)) known = turned;
  }
  if (known != nullptr && (random == 0 || known->random == random)) return known;
  if (model_.handshakes.size() >= kMaxPaths) return nullptr;
  handshakes_[pair_key(client, server)] = static_cast<uint32_t>(model_.handshakes.size());
  HandshakeRecord record;
  record.client = client;
  record.server = server;
  record.random = random;
  record.first_ns = datagram.time_ns;
  record.first_frame = datagram.frame;
  record.source = datagram.source;
  packet.random.copy(record.client_random.data(), record.client_random.size());
  return &model_.handshakes.emplace_back(record);
}

void MediaPaths::add_dtls(const Datagram& datagram) {
  const DtlsPacket packet = parse_dtls(datagram.payload);
  if (!packet.is_handshake()) return;
  HandshakeRecord* handshake = handshake_of(datagram, packet);
  if (handshake == nullptr) return;
  const bool by_client = datagram.src == handshake->client;
  handshake->last_ns = datagram.time_ns;
  handshake->last_frame = datagram.frame;
  handshake->client_hellos += packet.client_hello ? 1U : 0U;
  handshake->server_hellos += packet.server_hello ? 1U : 0U;
  handshake->cookie_asked = handshake->cookie_asked || packet.hello_verify;
  if (!packet.server_random.empty() && !by_client) {
    packet.server_random.copy(handshake->server_random.data(), handshake->server_random.size());
    handshake->version = packet.version;
    handshake->suite = packet.suite;
    handshake->srtp_profile = packet.srtp_profile;
  }
  DtlsStep& step = by_client ? handshake->client_step : handshake->server_step;
  step = std::max(step, packet.furthest);
  if (packet.fatal_alert == 0) return;
  handshake->alert = packet.fatal_alert;
  handshake->alert_by_client = by_client;
}

void MediaPaths::add_icmp(const Datagram& datagram) {
  if (model_.ice_checks.empty()) return;
  if (IceCheckRecord* check = newest_check(datagram.src, datagram.dst)) check->icmp_errors++;
}

}  // namespace sipladder
