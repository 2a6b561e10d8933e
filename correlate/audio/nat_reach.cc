#include "correlate/audio/nat_reach.h"

namespace sipladder {
namespace {

std::optional<IpAddress> contact_of(const SipIndex& sip) {
  return parse_ip(parse_uri(parse_name_addr(sip.value(HeaderId::contact)).uri).host);
}

// The last Via is the one that the author of the request wrote (RFC 3261 8.1.1.7).
std::optional<Via> via_of_sender(const SipIndex& sip) {
  const auto vias = header_values(sip, HeaderId::via);
  if (vias.empty()) return std::nullopt;
  return parse_via(vias.back());
}

// `tells` is true of one of the first messages that are `wanted`. Only kMostRead of them are asked,
// because each is read again from the capture.
template <typename Wanted, typename Tells>
bool any_of_first(const AudioCase& audio, Wanted wanted, Tells tells) {
  constexpr int kMostRead = 8;
  int read = 0;
  for (const MessageId id : audio.messages) {
    const MessageRecord& message = audio.model.messages[id];
    if (message.is_copy() || !wanted(message)) continue;
    if (++read > kMostRead || !audio.view.load(message)) return false;
    if (tells(message, audio.view.sip())) return true;
  }
  return false;
}

}  // namespace

bool has_public_source(const AudioCase& audio, Party party, const IpAddress& advertised) {
  const auto is_theirs = [&](const MessageRecord& message) {
    return (message.from_caller == (party == Party::caller)) == message.is_request();
  };
  return any_of_first(audio, is_theirs, [&](const MessageRecord& message, const SipIndex& sip) {
    const auto vias = header_values(sip, HeaderId::via);
    if (vias.empty()) return false;
    const Via via = parse_via(vias.back());
    const auto sent_by = parse_ip(via.host);
    auto source = parse_ip(via.received);
    if (!source && vias.size() == 1 && message.is_request())
      source = audio.model.endpoints[message.src].ip;
    return sent_by && source && *sent_by == advertised && *source != *sent_by &&
           scope_of(*source) == AddressScope::public_;
  });
}

bool changes_ports(const AudioCase& audio, Party party, const IpAddress& nat) {
  const auto passes_nat = [&](const MessageRecord& message) {
    return message.from_caller == (party == Party::caller) && message.is_request() &&
           message.transport == Transport::udp && audio.model.endpoints[message.src].ip == nat;
  };
  return any_of_first(audio, passes_nat, [&](const MessageRecord& message, const SipIndex& sip) {
    const auto via = via_of_sender(sip);
    if (!via) return false;
    const auto sent_by = parse_ip(via->host);
    return sent_by && is_private_scope(scope_of(*sent_by)) &&
           audio.model.endpoints[message.src].port != via->port.value_or(5060);
  });
}

bool is_nat_of(const AudioCase& audio, Party party, const IpAddress& ip) {
  const auto comes_from_there = [&](const MessageRecord& message) {
    return message.from_caller == (party == Party::caller) && message.is_request() &&
           audio.model.endpoints[message.src].ip == ip;
  };
  return any_of_first(audio, comes_from_there, [](const MessageRecord&, const SipIndex& sip) {
    const auto vias = header_values(sip, HeaderId::via);
    const auto sent_by = vias.size() == 1 ? parse_ip(parse_via(vias[0]).host) : std::nullopt;
    return sent_by && is_private_scope(scope_of(*sent_by));
  });
}

bool is_behind_nat(const AudioCase& audio, Party party) {
  const auto is_own = [&](const MessageRecord& message) {
    return message.from_caller == (party == Party::caller);
  };
  return any_of_first(audio, is_own, [](const MessageRecord& message, const SipIndex& sip) {
    const auto contact = contact_of(sip);
    if (contact && is_private_scope(scope_of(*contact))) return true;
    const auto via = message.is_request() ? via_of_sender(sip) : std::nullopt;
    const auto sent_by = via ? parse_ip(via->host) : std::nullopt;
    return sent_by && is_private_scope(scope_of(*sent_by));
  });
}

bool talks_to_public(const AudioCase& audio, const IpAddress& ip) {
  return std::any_of(audio.messages.begin(), audio.messages.end(), [&](MessageId id) {
    const MessageRecord& message = audio.model.messages[id];
    const IpAddress& from = audio.model.endpoints[message.src].ip;
    const IpAddress& to = audio.model.endpoints[message.dst].ip;
    return (from == ip && scope_of(to) == AddressScope::public_) ||
           (to == ip && scope_of(from) == AddressScope::public_);
  });
}

std::optional<IpAddress> contact_host(const AudioCase& audio, const AudioSdp& audio_sdp) {
  if (!audio.view.load(audio.model.messages[audio_sdp.message])) return std::nullopt;
  return contact_of(audio.view.sip());
}

}  // namespace sipladder
