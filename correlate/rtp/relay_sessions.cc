#include "correlate/rtp/relay_sessions.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "decode/sdp.h"

namespace sipladder {
namespace {

// Names of a usual length, and its places in the tables.
constexpr size_t kSessionBytes = sizeof(RelaySession) + 192 + 2 * kMapSlot;

// By whoever asked: the relay answers from whichever address it likes.
uint64_t cookie_key(std::string_view cookie, const Endpoint& client) {
  return mix(hash_text(cookie), hash_endpoint(client));
}

uint64_t session_key(const RelayControl& control, const Endpoint& relay) {
  const uint64_t where = hash_endpoint({relay.ip, static_cast<uint16_t>(control.protocol)});
  return mix(hash_text(control.call_id), where);
}

uint32_t hash_branch(const RelayControl& control) {
  return control.via_branch.empty() ? 0 : static_cast<uint32_t>(hash_text(control.via_branch)) | 1U;
}

std::string bounded(std::string_view name) {
  return std::string(name.substr(0, kMaxRelayName));
}

// Who wrote the SDP of a command: 0 is who made the first offer. Remembers the tags.
uint8_t author_of(const RelayControl& control, RelaySession* session) {
  const bool offer = control.verb == RelayVerb::offer;
  const std::string own = bounded(offer ? control.from_tag : control.to_tag);
  const std::string other = bounded(offer ? control.to_tag : control.from_tag);
  auto& tags = session->tags;
  if (tags[0].empty() && tags[1].empty()) {
    tags[0] = bounded(control.from_tag);
    session->caller_known = offer && control.to_tag.empty();
  }
  uint8_t side = offer ? 0 : 1;
  if (!own.empty() && (own == tags[0] || own == tags[1])) {
    side = own == tags[0] ? 0 : 1;
  } else if (!other.empty() && (other == tags[0] || other == tags[1])) {
    side = other == tags[0] ? 1 : 0;
  }
  // Of several that were asked at once, the one that answered last.
  if (!own.empty() && side == 1) tags[1] = own;
  if (!other.empty() && side == 0) tags[1] = other;
  return side;
}

}  // namespace

size_t RelaySessions::bytes() const {
  return model_.relay_ports.bytes() + model_.relay_sessions.size() * kSessionBytes +
         awaited_.capacity() * (sizeof(Awaited) + kMapSlot) +
         branches_.capacity() * (2 * sizeof(uint32_t) + 1);
}

void RelaySessions::add(const Datagram& datagram) {
  const auto control = parse_relay_control(datagram.payload, &unescaped_);
  if (!control) return;
  if (control->verb != RelayVerb::reply) return add_command(datagram, *control);
  const auto found = awaited_.find(cookie_key(control->cookie, datagram.dst));
  if (found != awaited_.end()) apply_reply(datagram, *control, found->second);
}

bool RelaySessions::add_reply(const Datagram& datagram) {
  if (awaited_.empty()) return false;
  const auto control = parse_rtpproxy_reply(datagram.payload);
  if (!control) return false;
  const auto found = awaited_.find(cookie_key(control->cookie, datagram.dst));
  if (found == awaited_.end() || found->second.protocol != RelayProtocol::rtpproxy) return false;
  apply_reply(datagram, *control, found->second);
  return true;
}

void RelaySessions::add_command(const Datagram& datagram, const RelayControl& control) {
  Awaited command;
  command.verb = control.verb;
  command.protocol = control.protocol;
  command.branch = hash_branch(control);
  if (control.verb == RelayVerb::remove) remove(datagram, control, &command);
  const bool names_media = control.verb == RelayVerb::offer || control.verb == RelayVerb::answer;
  if (names_media && !control.call_id.empty()) {
    RelaySession& session = session_of(datagram, control, &command.session);
    session.last_ns = std::max(session.last_ns, datagram.time_ns);
    command.author = author_of(control, &session);
    command.line = control.line;
    command.in_dialog = !control.to_tag.empty();
    RelayPort like;
    like.side = command.author;
    like.line = control.line;
    like.address = control.media;
    if (control.protocol == RelayProtocol::ng) {
      name_sdp(datagram, control.sdp, command, like);
    } else {
      name(datagram, command, like);
    }
  }
  await(datagram, control, command);
}

void RelaySessions::await(const Datagram& datagram, const RelayControl& control,
                          const Awaited& command) {
  const uint64_t key = cookie_key(control.cookie, datagram.src);
  // A deletion that is seen again finds nothing to delete: what the first one took away is kept.
  const auto known = awaited_.find(key);
  if (known != awaited_.end() && command.verb == RelayVerb::remove &&
      known->second.verb == RelayVerb::remove)
    return;
  if (awaited_.insert_or_assign(key, command).second) awaited_order_.push_back(key);
  if (awaited_order_.size() <= kMaxAwaited) return;
  awaited_.erase(awaited_order_.front());
  awaited_order_.pop_front();
}

void RelaySessions::apply_reply(const Datagram& datagram, const RelayControl& control,
                                const Awaited& command) {
  if (command.verb == RelayVerb::remove) {
    if (control.refused || control.warned) restore(command);
    return;
  }
  const auto session = model_.relay_sessions.find(command.session);
  // A reply that comes again opens no port of a session that is deleted.
  if (control.refused || session == model_.relay_sessions.end() || session->second.removed_ns != 0)
    return;
  RelayPort like;
  like.of_relay = true;
  like.side = static_cast<uint8_t>(1 - command.author);
  like.line = command.line;
  if (control.protocol == RelayProtocol::ng) return name_sdp(datagram, control.sdp, command, like);
  like.address = control.media;
  if (like.address.ip.family == 0) like.address.ip = datagram.src.ip;
  name(datagram, command, like);
}

RelaySession& RelaySessions::session_of(const Datagram& datagram, const RelayControl& control,
                                        uint32_t* id) {
  const uint64_t key = session_key(control, datagram.dst);
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) {
    const auto found = model_.relay_sessions.find(known->second);
    if (found != model_.relay_sessions.end()) {
      *id = known->second;
      return found->second;
    }
  }
  is_full_ = is_full_ || model_.relay_sessions.size() >= kMaxRelaySessions;
  *id = next_session_++;
  by_key_[key] = *id;
  RelaySession& session = model_.relay_sessions[*id];
  session.protocol = control.protocol;
  session.relay = datagram.dst;
  session.call_id = bounded(control.call_id);
  return session;
}

void RelaySessions::remove(const Datagram& datagram, const RelayControl& control,
                           Awaited* command) {
  command->key = session_key(control, datagram.dst);
  const auto known = by_key_.find(command->key);
  if (known == by_key_.end()) return;
  const auto found = model_.relay_sessions.find(known->second);
  if (found == model_.relay_sessions.end()) return;
  RelaySession& session = found->second;
  command->session = known->second;
  command->removed_ns = session.last_ns = datagram.time_ns;
  bool others = false;
  for (RelayPortId id = session.first; id && command->branch != 0;
       id = model_.relay_ports[id].next) {
    const uint32_t branch = branch_of(id);
    const bool open = model_.relay_ports[id].until_ns == 0;
    others = others || (open && branch != 0 && branch != command->branch);
  }
  for (RelayPortId id = session.first; id; id = model_.relay_ports[id].next) {
    RelayPort& port = model_.relay_ports[id];
    const bool meant = !others || branch_of(id) == command->branch;
    if (port.until_ns == 0 && meant) port.until_ns = datagram.time_ns;
  }
  if (others) return;
  session.removed_ns = datagram.time_ns;
  by_key_.erase(known);
}

// 0: it serves all, or none was said.
uint32_t RelaySessions::branch_of(RelayPortId port) const {
  const auto found = branches_.find(port.value);
  return found == branches_.end() ? 0 : found->second;
}

// There was nothing to delete: the tags were those of nobody.
void RelaySessions::restore(const Awaited& command) {
  const auto found = model_.relay_sessions.find(command.session);
  if (found == model_.relay_sessions.end() || command.removed_ns == 0) return;
  RelaySession& session = found->second;
  if (session.removed_ns == command.removed_ns) {
    if (!by_key_.try_emplace(command.key, command.session).second) return;
    session.removed_ns = 0;
  }
  for (RelayPortId id = session.first; id; id = model_.relay_ports[id].next) {
    RelayPort& port = model_.relay_ports[id];
    if (port.until_ns == command.removed_ns) port.until_ns = 0;
  }
}

void RelaySessions::name_sdp(const Datagram& datagram, std::string_view sdp, const Awaited& command,
                             RelayPort like) {
  if (sdp.empty()) return;
  const Sdp parsed = parse_sdp(sdp);
  for (size_t line = 0; line < parsed.media.size(); line++) {
    const SdpMedia& media = parsed.media[line];
    like.line = static_cast<uint8_t>(line);
    like.address = {};
    if (const auto ip = parse_ip(media.address); ip && media.port != 0 && !media.hold_address)
      like.address = {*ip, media.port};
    name(datagram, command, like);
  }
}

// Another address of the same end takes the place of the one before. Not outside of a dialog: there
// each of the phones that ring gets a port of its own.
void RelaySessions::name(const Datagram& datagram, const Awaited& command, RelayPort like) {
  RelaySession& session = model_.relay_sessions[command.session];
  for (RelayPortId id = session.first; id; id = model_.relay_ports[id].next) {
    RelayPort& port = model_.relay_ports[id];
    const bool same_end = port.side == like.side && port.line == like.line &&
                          port.of_relay == like.of_relay && port.until_ns == 0;
    if (!same_end) continue;
    if (port.address == like.address) return;
    if (command.in_dialog) port.until_ns = datagram.time_ns;
  }
  if (like.address.port == 0) return;
  if (session.ports >= kMaxRelayPorts) {
    model_.accounting.relay_ports_refused++;
    return;
  }
  like.session = command.session;
  like.from_ns = datagram.time_ns;
  like.frame = datagram.frame;
  like.source = datagram.source;
  const RelayPortId id = model_.relay_ports.add(like);
  // The caller's ends serve all branches.
  if (like.side == 1 && command.branch != 0) branches_[id.value] = command.branch;
  if (session.last) model_.relay_ports[session.last].next = id;
  if (!session.first) session.first = id;
  session.last = id;
  session.ports++;
}

void RelaySessions::forget(uint32_t id) {
  const auto found = model_.relay_sessions.find(id);
  for (RelayPortId port = found->second.first; port;) {
    const RelayPortId next = model_.relay_ports[port].next;
    branches_.erase(port.value);
    model_.relay_ports.forget(port);
    port = next;
  }
  model_.relay_sessions.erase(found);
  model_.evicted.relay_sessions++;
}

void RelaySessions::make_room(size_t bytes) {
  if (is_full_) bytes = std::max(bytes, kMaxRelaySessions / 2 * kSessionBytes);
  is_full_ = false;
  std::vector<std::tuple<bool, int64_t, uint32_t>> idle;  // deleted ones first
  idle.reserve(model_.relay_sessions.size());
  for (const auto& [id, session] : model_.relay_sessions)
    idle.emplace_back(session.removed_ns == 0, session.last_ns, id);
  std::sort(idle.begin(), idle.end());
  size_t freed = 0;
  for (const auto& [open, last_ns, id] : idle) {
    if (freed >= bytes) break;
    freed += kSessionBytes + model_.relay_sessions[id].ports * sizeof(RelayPort);
    forget(id);
  }
  if (freed == 0) return;
  absl::erase_if(by_key_,
                 [&](const auto& entry) { return !model_.relay_sessions.contains(entry.second); });
  model_.evicted.epoch++;
}

}  // namespace sipladder
