#include "decode/turn.h"

#include "decode/bytes.h"

namespace sipladder {
namespace {

constexpr uint16_t kChannelBind = 0x0009;
constexpr uint16_t kSendIndication = 0x0016;
constexpr uint16_t kDataIndication = 0x0017;

// The datagram with only `part` of its payload; the ref is moved to that part.
Datagram part_of(const Datagram& whole, std::string_view part) {
  Datagram inner = whole;
  inner.ref.offset += static_cast<uint64_t>(part.data() - whole.payload.data());
  inner.ref.length = static_cast<uint32_t>(part.size());
  inner.payload = part;
  return inner;
}

}  // namespace

std::optional<Datagram> TurnRelays::unwrap(const Datagram& datagram, PayloadClass payload_class) {
  if (payload_class == PayloadClass::turn_channel) return unwrap_channel(datagram);
  if (payload_class != PayloadClass::stun) return std::nullopt;
  StunMessage stun;
  if (!parse_stun(datagram.payload, &stun) || !stun.peer) return std::nullopt;
  if (stun.type == kChannelBind) bind(datagram, stun.channel, *stun.peer);
  if (stun.data.empty()) return std::nullopt;
  Datagram inner = part_of(datagram, stun.data);
  if (stun.type == kSendIndication) {
    inner.dst = *stun.peer;
  } else if (stun.type == kDataIndication) {
    inner.src = *stun.peer;
  } else {
    return std::nullopt;
  }
  return inner;
}

void TurnRelays::bind(const Datagram& request, uint16_t channel, const Endpoint& peer) {
  if (peers_.size() >= kMaxChannels) {
    forgotten_ += peers_.size();
    peers_.clear();
  }
  peers_[{request.src, request.dst, channel}] = peer;
}

std::optional<Datagram> TurnRelays::unwrap_channel(const Datagram& datagram) const {
  const uint8_t* p = bytes_of(datagram.payload);
  const uint16_t number = be16(p);
  Datagram inner = part_of(datagram, datagram.payload.substr(4, be16(p + 2)));
  const auto sent = peers_.find({datagram.src, datagram.dst, number});
  if (sent != peers_.end()) {
    inner.dst = sent->second;
    return inner;
  }
  const auto received = peers_.find({datagram.dst, datagram.src, number});
  if (received != peers_.end()) inner.src = received->second;
  return inner;
}

}  // namespace sipladder
