// Takes media out of TURN (RFC 8656): out of ChannelData and of Send and Data indications between a
// client and its server.
//
// The datagram inside gets the address of the peer, which offer and answer name, in the place of
// the server's. Channels are learned from ChannelBind requests. While a channel is not known,
// because the capture began later, the address of the server stays.
//
// Bounds: kMaxChannels; beyond, all channels are forgotten, and counted. Threads: one.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>

#include "decode/datagram.h"
#include "decode/media.h"

namespace sipladder {

class TurnRelays {
 public:
  // The datagram inside a payload of class turn_channel or stun. nullopt when it carries none, and
  // for every other class. The payload of the result lives as long as that of the argument.
  std::optional<Datagram> unwrap(const Datagram& datagram, PayloadClass payload_class);

  uint64_t forgotten() const { return forgotten_; }

 private:
  struct Channel {
    Endpoint client, server;
    uint16_t number = 0;
    bool operator==(const Channel&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const Channel& c) {
      return H::combine(std::move(h), c.client.ip.bytes, c.client.port, c.server.ip.bytes,
                        c.server.port, c.number);
    }
  };
  std::optional<Datagram> unwrap_channel(const Datagram& datagram) const;
  void bind(const Datagram& request, uint16_t channel, const Endpoint& peer);

  static constexpr size_t kMaxChannels = 65'536;
  absl::flat_hash_map<Channel, Endpoint> peers_;
  uint64_t forgotten_ = 0;
};

}  // namespace sipladder
